import { type CustodyRules, isRefusedConsent } from '../../contract/custody.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { EventLog } from '../../store/port.ts'
import type { EventBatch } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { ERASING } from '../facts/lost-holds.ts'

const PAGE = 500

/** The parts with which they are found. */
export interface WaitingErasuresOptions {
  log: Pick<EventLog, 'audit' | 'pending'>
  facts: Pick<FactPipeline, 'recordings' | 'lostHolds'>
  rules(): CustodyRules
}

/**
 * Finds the recordings that would be erased for want of consent if the log had not lost its end,
 * and perhaps holds with it. Resolves with their ids. Rejects as the log does.
 */
export async function findWaitingErasures(options: WaitingErasuresOptions): Promise<string[]> {
  const { log, facts, rules } = options
  if (!rules().consent.eraseWhenWithdrawn) return []
  const ids = new Set(facts.recordings.keys())
  for (let after = await positionOfLoss(log); after !== null; ) {
    const query = { types: ERASING, order: 'oldest', limit: PAGE, after } as const
    const { items, next } = await log.audit.events(query)
    for (const { recordingId } of items) if (recordingId !== null) ids.add(recordingId)
    after = next
  }
  for (const id of facts.lostHolds.waiting) ids.add(id)
  return [...ids].filter((id) => lacksConsent(log.pending(id)))
}

/**
 * Resolves with the position of the event since which holds may be missing; null when none may. Not
 * to be found by its time, which is before the trusted time if the clock was set back.
 */
async function positionOfLoss({ audit }: Pick<EventLog, 'audit'>): Promise<number | null> {
  const confirmations = { types: ['retention.confirmed'], order: 'newest', limit: 1 } as const
  const [confirmed] = (await audit.events(confirmations)).items
  const losses = { types: ['log.witnessLost'], order: 'oldest', limit: 1 } as const
  const { items } = await audit.events({ ...losses, after: confirmed?.position ?? 0 })
  return items[0]?.position ?? null
}

/**
 * Adds the erasure of those of them that still lack consent, and are not held; also of those to
 * which that has happened since they were looked for.
 */
export function eraseWaiting(
  batch: EventBatch,
  ids: readonly string[],
  { log, facts }: Pick<WaitingErasuresOptions, 'log' | 'facts'>,
): void {
  const all = new Set([...ids, ...facts.lostHolds.waiting])
  for (const id of all) if (lacksConsent(log.pending(id))) batch.endWithoutConsent(id)
}

function lacksConsent(view: RecordingView | undefined): boolean {
  if (view === undefined || view.erased !== null || view.holds.length > 0) return false
  return isRefusedConsent(view.consent?.state ?? null)
}
