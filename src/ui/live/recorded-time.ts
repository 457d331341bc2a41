import type { RecordingAnswer, TrackView } from '../../contract/views.ts'

/** The time of each open segment when it was last seen recording. */
const lastSeenMs = new Map<string, number>()
/** Far more than the tracks of one recording. */
const MOST_SEEN = 32

/**
 * Returns how long a track has recorded, in milliseconds: its closed segments and the open one.
 * After a pause or stop the open segment counts as it was last seen, until it is closed: the time
 * must not jump back meanwhile.
 */
export function trackMs(track: TrackView, nowMs: number): number {
  const { startedAt, recordedMs: closedMs } = track
  if (startedAt === null) return closedMs
  const key = `${startedAt} ${track.device?.id} ${track.segments}`
  if (track.state !== 'recording') return Math.max(closedMs, lastSeenMs.get(key) ?? 0)
  const ends = [startedAt, track.gaps.at(-1)?.to, track.spans.at(-1)?.to]
  const openSince = Math.max(...ends.map((end) => (end ? Date.parse(end) : 0)))
  const ms = closedMs + Math.max(0, nowMs - openSince)
  if (lastSeenMs.size > MOST_SEEN) lastSeenMs.clear()
  lastSeenMs.set(key, ms)
  return ms
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
