import type { LogEvent } from '../../contract/events.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

/**
 * The time as the log proves it. A step forward of more than a day between two events is no proof:
 * somebody may have set the clock wrong.
 */
export interface TrustedTime {
  /** The newest time that is sure, epoch ms; null in an empty log. */
  readonly newest: number | null
  /** The time of the first event that was too far ahead; null while the clock can be trusted. */
  readonly doubtedAt: number | null
  /**
   * The newest sure time before the log lost its end, and perhaps holds with it; null when a person
   * has confirmed the holds, or nothing was lost.
   */
  readonly lostFrom: number | null
}

/** The trusted time of an empty log. */
export const NO_TIME: TrustedTime = { newest: null, doubtedAt: null, lostFrom: null }

/** Folds an event into the trusted time. Pure. */
export function applyTimeEvent(before: TrustedTime, event: LogEvent): TrustedTime {
  const lostFrom = lostFromAfter(before, event)
  return { ...clockAfter(before, event), lostFrom }
}

function lostFromAfter(before: TrustedTime, event: LogEvent): number | null {
  if (event.type === 'retention.confirmed') return null
  if (event.type !== 'log.witnessLost') return before.lostFrom
  return before.lostFrom ?? before.newest ?? Date.parse(event.at)
}

function clockAfter(before: TrustedTime, event: LogEvent): Omit<TrustedTime, 'lostFrom'> {
  const at = Date.parse(event.at)
  const { newest } = before
  if (newest === null || event.type === 'clock.confirmed') return sure(at)
  // The clock that counts a sleep cannot be set.
  const from = event.type === 'machine.slept' ? Date.parse(event.data.from) : at
  if (from - newest <= DAY_MS) return sure(Math.max(newest, at))
  return { newest, doubtedAt: before.doubtedAt ?? at }
}

const sure = (newest: number) => ({ newest, doubtedAt: null })
