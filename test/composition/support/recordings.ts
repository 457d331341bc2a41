import type { ComposableRecording } from '../../../src/composition/plan/composition-plan.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import type { GapReason } from '../../../src/contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import type { Gap, TrackView } from '../../../src/contract/views.ts'

/** When the recordings of these tests begin. */
export const START = Date.parse('2026-01-31T09:00:00.000Z')

const at = (ms: number): string => new Date(START + ms).toISOString()

/** A segment that lasts from one moment to another, in ms from the recording's start. */
export function segmentOf(
  medium: Medium,
  number: number,
  fromMs: number,
  toMs: number,
): SegmentDescription {
  return {
    medium,
    number,
    startedAt: at(fromMs),
    endedAt: at(toMs),
    durationMs: toMs - fromMs,
    bytes: 1,
    ...(medium === 'screen'
      ? { container: 'mp4', codec: 'h264' }
      : { container: 'ogg', codec: 'opus' }),
    sha256: '0'.repeat(64),
    file: `${medium}-${number}.age`,
  }
}

/**
 * A closed recording of these segments; the gap before each has the reason that `reasons` gives for
 * it (default `paused`).
 */
export function recordingOf(
  segments: readonly SegmentDescription[],
  durationMs: number,
  reasons: Partial<Record<Medium, [number, number, GapReason][] | undefined>> = {},
): ComposableRecording {
  const trackOf = (medium: Medium): TrackView => {
    const gaps: Gap[] = []
    let from = at(0)
    for (const [index, { startedAt, endedAt }] of segments
      .filter((one) => one.medium === medium)
      .entries()) {
      if (from < startedAt)
        gaps.push({ from, to: startedAt, reason: reasons[medium]?.[index]?.[2] ?? 'paused' })
      from = endedAt
    }
    if (from < at(durationMs)) gaps.push({ from, to: at(durationMs), reason: 'stopped' })
    const own = segments.filter((one) => one.medium === medium)
    const spans = own.map((one) => ({ from: one.startedAt, to: one.endedAt }))
    const nothing = {
      device: null,
      startedAt: null,
      stoppedAt: null,
      recordedMs: 0,
      bytes: 0,
      error: null,
    }
    return { ...nothing, state: 'stopped', segments: 1, spans, gaps, warnings: [] }
  }
  const media = MEDIA.filter((medium) => segments.some((one) => one.medium === medium))
  return {
    id: 'recording-1',
    state: 'Closed',
    startedAt: at(0),
    endedAt: at(durationMs),
    tracks: Object.fromEntries(media.map((medium) => [medium, trackOf(medium)])),
    tagHistory: [],
    erased: null,
  }
}
