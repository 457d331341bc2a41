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
  const { number, startedAt, endedAt, durationMs, bytes } = facts
  return updateEntry(history, number, { startedAt, endedAt, durationMs, bytes })
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
  number: number,
  endedBy: GapReason,
): SegmentHistory {
  const known = history.find((entry) => entry.number === number)
  return known?.endedBy ? history : updateEntry(history, number, { endedBy })
}

/** Ends every segment that the track was capturing. */
export function captureEnded(history: SegmentHistory, endedBy: GapReason): SegmentHistory {
  if (history.every((entry) => entry.endedBy !== null)) return history
  return history.map((entry) => (entry.endedBy === null ? { ...entry, endedBy } : entry))
}
