import {
  buildTimeline,
  commonGaps,
  isMedia,
  type MediaItem,
  type Timeline,
  type TimelineItem,
  type TrackTimeline,
  trimOutage,
} from '../../../composition/plan/timeline.ts'
import type { GapReason } from '../../../contract/gap-reason.ts'
import type { Medium } from '../../../contract/media.ts'
import type { RecordingAnswer, SegmentView } from '../../../contract/views.ts'

/** Why there is nothing to play: a gap's reason, or media whose segment is still open. */
export type SilenceReason = GapReason | 'open'

/** A stretch of one track without anything to play. */
export interface PlayGap {
  fromMs: number
  toMs: number
  reason: SilenceReason
}

/** One track as it is played and drawn. */
export interface PlayTrack {
  medium: Medium
  media: MediaItem[]
  gaps: PlayGap[]
}

/** A recording as it is played and drawn, in milliseconds from its start. */
export interface PlayTimeline {
  /** Wall-clock time (epoch ms) of 0. */
  startMs: number
  durationMs: number
  tracks: PlayTrack[]
  /** The stretches in which no track has anything to play. */
  silences: PlayGap[]
  /** From here on everything is still being recorded; null when the recording is over. */
  openFromMs: number | null
}

/**
 * Builds the timeline of a recording: the same one that its exported file has. Until the capture
 * is over it ends at `nowMs`.
 */
export function buildPlayTimeline(
  recording: RecordingAnswer,
  segments: readonly SegmentView[],
  nowMs: number,
): PlayTimeline {
  const isOver = recording.endedAt !== null
  const endedAt = recording.endedAt ?? new Date(nowMs).toISOString()
  // Only the daemon knows files. The page asks for them by medium and number.
  const described = segments.map((segment) => ({ ...segment, file: '' }))
  const complete = trimOutage(buildTimeline({ ...recording, endedAt }, described))
  const tracks = complete.tracks.map((track) => playTrack(track, recording, isOver))
  const openFromMs = openFrom(tracks)
  const { startMs, durationMs } = complete
  const silences: PlayGap[] = commonGaps(cutAt(complete, openFromMs ?? durationMs))
  if (openFromMs !== null) silences.push({ fromMs: openFromMs, toMs: durationMs, reason: 'open' })
  return { startMs, durationMs, tracks, silences, openFromMs }
}

/** From here on no track has anything to play, and at least one goes on. */
function openFrom(tracks: readonly PlayTrack[]): number | null {
  const open = tracks.flatMap(({ gaps }) => gaps.filter(({ reason }) => reason === 'open'))
  if (open.length === 0) return null
  const ends = tracks.flatMap(({ media }) => media.at(-1)?.toMs ?? [])
  return Math.max(...open.map(({ fromMs }) => fromMs), ...ends)
}

function cutAt(timeline: Timeline, ms: number): Timeline {
  const tracks = timeline.tracks.map(({ medium, items }) => ({
    medium,
    items: items
      .filter(({ fromMs }) => fromMs < ms)
      .map((item) => ({ ...item, toMs: Math.min(item.toMs, ms) })),
  }))
  return { ...timeline, durationMs: ms, tracks }
}

function playTrack(
  { medium, items }: TrackTimeline,
  recording: RecordingAnswer,
  isOver: boolean,
): PlayTrack {
  const state = recording.tracks[medium]?.state
  const isOpen = !isOver && (state === 'recording' || state === 'starting')
  const gaps = items.flatMap((item, at): PlayGap[] => {
    if (isMedia(item)) return []
    const isTail = at === items.length - 1
    return [{ fromMs: item.fromMs, toMs: item.toMs, reason: isOpen && isTail ? 'open' : item.gap }]
  })
  return { medium, media: items.filter(isMedia), gaps }
}

/** Returns the item of an ordered list that covers a moment. */
export function itemAt<Item extends Pick<TimelineItem, 'fromMs' | 'toMs'>>(
  items: readonly Item[],
  ms: number,
): Item | undefined {
  return items.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)
}

/** Returns the first item of an ordered list that begins after a moment. */
export function itemAfter<Item extends Pick<TimelineItem, 'fromMs'>>(
  items: readonly Item[],
  ms: number,
): Item | undefined {
  return items.find(({ fromMs }) => fromMs > ms)
}
