import type { RecordingAnswer, TrackView } from '../../contract/views.ts'

/** Returns how long a track has recorded, in milliseconds: its closed segments and the open one. */
export function trackMs(track: TrackView, nowMs: number): number {
  if (track.state !== 'recording' || track.startedAt === null) return track.recordedMs
  const ends = [track.startedAt, track.gaps.at(-1)?.to, track.spans.at(-1)?.to]
  const openSince = Math.max(...ends.map((end) => (end ? Date.parse(end) : 0)))
  return track.recordedMs + Math.max(0, nowMs - openSince)
}

/** Returns how long a recording has recorded, in milliseconds: the time of its longest track. */
export function recordedMs(recording: RecordingAnswer, nowMs: number): number {
  return Math.max(0, ...Object.values(recording.tracks).map((track) => trackMs(track, nowMs)))
}

/** Formats a duration as `00:05:21`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
