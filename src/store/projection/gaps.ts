import type { GapReason } from '../../contract/media.ts'
import type { Gap, Span } from '../../contract/resources.ts'
import type { SegmentTrail } from './trail.ts'

/**
 * The spans of a recording's time without media of a track: before the first sample, and from the
 * end of each closed segment to the next first sample, with the reason of what ended it. A gap that
 * lasts has `to: null`; it ends when capture of the recording is over. Spans of no length are left
 * out. Times are RFC 3339 UTC with milliseconds, so they compare as text.
 */
export function gapsOf(trail: SegmentTrail, startedAt: string, endedAt: string | null): Gap[] {
  const gaps: Gap[] = []
  // Null while a segment is not closed: nobody knows yet where the gap behind it begins.
  let from: string | null = startedAt
  let reason: GapReason = 'notStarted'
  const endGap = (to: string | null) => {
    if (from !== null && (to === null || from < to)) gaps.push({ from, to, reason })
  }
  for (const step of trail) {
    if (step.startedAt === null) continue
    endGap(step.startedAt)
    // One that overlaps the one before does not take back what is covered already.
    from = step.endedAt !== null && from !== null && step.endedAt < from ? from : step.endedAt
    reason = step.endedBy ?? 'captureFailed'
  }
  endGap(endedAt)
  return gaps
}

/**
 * Stretches of a recording that closed segments cover, oldest first. Clipped where one begins
 * before the other is over, or after capture was, so that spans and gaps add up to the time from
 * start to end.
 */
export function spansOf(trail: SegmentTrail, startedAt: string, endedAt: string | null): Span[] {
  const spans: Span[] = []
  let cursor = startedAt
  for (const step of trail) {
    if (step.startedAt === null || step.endedAt === null) continue
    const from = step.startedAt > cursor ? step.startedAt : cursor
    const to = endedAt !== null && endedAt < step.endedAt ? endedAt : step.endedAt
    if (from >= to) continue
    spans.push({ from, to })
    cursor = to
  }
  return spans
}
