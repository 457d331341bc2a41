import type { EventData } from '../../contract/events.ts'
import type { GapReason } from '../../contract/gap-reason.ts'

/** One segment in a track's history: it was opened, closed or cut. */
export interface SegmentEntry {
  number: number
  /** First sample; null when the segment was cut before one was reported. */
  startedAt: string | null
  /** Null until it is closed. That of a lost segment, which has no bytes, is its start. */
  endedAt: string | null
  durationMs: number
  bytes: number
  /** Why it ended. The first cause counts. Null while it goes on. */
  endedBy: GapReason | null
  /** When a command cut it. */
  cutAt?: string
  /** The reason of the gap from {@link cutAt} on, where a fault had ended the media before that. */
  cutBy?: GapReason
}

/**
 * The segments of a track by number, from which its spans, gaps and sums are computed. Facts about
 * segments may come in any order: a slow disk closes one after the next has begun.
 */
export type SegmentHistory = readonly SegmentEntry[]

/** Returns the latest of some times, RFC 3339 UTC with milliseconds. */
export function latest(at: string, ...others: (string | null)[]): string {
  return others.reduce<string>(
    (newest, time) => (time !== null && time > newest ? time : newest),
    at,
  )
}

function updateEntry(
  history: SegmentHistory,
  number: number,
  patch: Partial<SegmentEntry>,
): SegmentHistory {
  const at = history.findIndex((entry) => entry.number >= number)
  const found = history[at]
  if (found?.number === number) return history.with(at, { ...found, ...patch })
  const entry = {
    number,
    startedAt: null,
    endedAt: null,
    durationMs: 0,
    bytes: 0,
    endedBy: null,
    ...patch,
  }
  return found === undefined ? [...history, entry] : history.toSpliced(at, 0, entry)
}

export function segmentOpened(
  history: SegmentHistory,
  { number, startedAt }: EventData['segment.opened'],
): SegmentHistory {
  return updateEntry(history, number, { startedAt })
}

export function segmentClosed(
  history: SegmentHistory,
  facts: EventData['segment.closed'],
): SegmentHistory {
  const { number, startedAt, endedAt, durationMs, bytes, fault } = facts
  const closed = updateEntry(history, number, { startedAt, endedAt, durationMs, bytes })
  if (fault === undefined) return closed
  const { endedBy, cutAt } = closed.find((entry) => entry.number === number)!
  if (endedBy === null) return updateEntry(closed, number, { endedBy: fault.reason })
  if (cutAt === undefined) return closed
  return updateEntry(closed, number, { endedBy: fault.reason, cutBy: endedBy })
}

/**
 * Removes a segment. One that was captured to the end, and whose file a power cut has taken, stays
 * as an empty one: what follows says why its media are missing.
 */
export function segmentDiscarded(history: SegmentHistory, number: number): SegmentHistory {
  const entry = history.find((one) => one.number === number)
  if (entry !== undefined && entry.startedAt !== null && entry.endedBy === null)
    return updateEntry(history, number, { endedAt: entry.startedAt, durationMs: 0, bytes: 0 })
  return history.filter((one) => one.number !== number)
}

/** Notes that a segment was cut, perhaps before its first sample was reported. */
export function segmentCut(
  history: SegmentHistory,
  { segment: number, cutAt }: { segment: number; cutAt: string },
  endedBy: GapReason,
): SegmentHistory {
  const known = history.find((entry) => entry.number === number)
  return known?.endedBy ? history : updateEntry(history, number, { endedBy, cutAt })
}

/** Ends every segment that the track was capturing. */
export function captureEnded(history: SegmentHistory, endedBy: GapReason): SegmentHistory {
  if (history.every((entry) => entry.endedBy !== null)) return history
  return history.map((entry) => (entry.endedBy === null ? { ...entry, endedBy } : entry))
}
