import type { GapReason } from '../../events/media.ts'
import type { Gap } from '../../events/resources.ts'
import type { SegmentTrail } from './trail.ts'

/**
 * The spans of a recording's time without media of a track: before the first sample, and from the end of each closed
 * segment to the next first sample, with the reason of what ended it. A gap that lasts has `to: null`; it ends when
 * capture of the recording is over. Spans of no length are left out. Times are RFC 3339 UTC with milliseconds, so they
 * compare as text.
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
    from = step.endedAt
    reason = step.endedBy ?? 'captureFailed'
  }
  endGap(endedAt)
  return gaps
}
