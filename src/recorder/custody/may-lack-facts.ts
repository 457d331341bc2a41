import type { EventLog } from '../../store/port.ts'

/**
 * Returns whether facts may be missing from a log: it has lost its end, and no person has confirmed
 * the holds since, or a witness contradicts it. Nothing may be destroyed on its word meanwhile.
 */
export function mayLackFacts(
  log: Pick<EventLog, 'lostWitness' | 'trustedTime' | 'contradiction'>,
): boolean {
  if (log.lostWitness !== undefined || log.trustedTime.lostFrom !== null) return true
  return log.contradiction !== null
}
