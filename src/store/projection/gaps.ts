import type { GapReason } from '../../contract/gap-reason.ts'
import type { Gap, Span } from '../../contract/views.ts'
import type { SegmentHistory } from './segment-history.ts'

/** A gap with the segment before it, whose end began it; 0 before the first one. */
export interface TracedGap extends Gap {
  segment: number
}

/** Computes the gaps of a track, see {@link tracedGapsOf}. */
export function gapsOf(history: SegmentHistory, startedAt: string, endedAt: string | null): Gap[] {
  return tracedGapsOf(history, startedAt, endedAt).map(({ from, to, reason }) => ({
    from,
    to,
    reason,
  }))
}

/**
 * Computes the gaps of a track: before the first sample, and from the end of each closed segment to
 * the next first sample, with the reason why the segment ended. Where a fault had ended it before a
 * command did, the command is the reason from then on. A gap that lasts has `to: null`. It ends
 * when capture of the recording is over. Gaps of no length are left out. Times are RFC 3339 UTC
 * with milliseconds, so they compare as text.
 */
export function tracedGapsOf(
  history: SegmentHistory,
  startedAt: string,
  endedAt: string | null,
): TracedGap[] {
  const gaps: TracedGap[] = []
  let segment = 0
  // Null while a segment is not closed: the beginning of the gap after it is not known yet.
  let from: string | null = startedAt
  let reason: GapReason = 'notStarted'
  const endGap = (to: string | null) => {
    if (from !== null && (to === null || from < to)) gaps.push({ from, to, reason, segment })
  }
  for (const entry of history) {
    if (entry.startedAt === null) continue
    endGap(entry.startedAt)
    // A segment that ends before the one before it does not move the gap back.
    from = entry.endedAt !== null && from !== null && entry.endedAt < from ? from : entry.endedAt
    reason = entry.endedBy ?? 'captureFailed'
    segment = entry.number
    if (entry.cutBy === undefined || from === null) continue
    // A fault had ended the media before they were cut.
    endGap(entry.cutAt!)
    from = entry.cutAt! > from ? entry.cutAt! : from
    reason = entry.cutBy
  }
  endGap(endedAt)
  return gaps
}

/**
 * Computes the spans of a track from its closed segments, oldest first. Overlaps and everything
 * after the end of capture are clipped, so that spans and gaps add up to the time from start to
 * end.
 */
export function spansOf(
  history: SegmentHistory,
  startedAt: string,
  endedAt: string | null,
): Span[] {
  const spans: Span[] = []
  let cursor = startedAt
  for (const entry of history) {
    if (entry.startedAt === null || entry.endedAt === null) continue
    const from = entry.startedAt > cursor ? entry.startedAt : cursor
    const to = endedAt !== null && endedAt < entry.endedAt ? endedAt : entry.endedAt
    if (from >= to) continue
    spans.push({ from, to })
    cursor = to
  }
  return spans
}
