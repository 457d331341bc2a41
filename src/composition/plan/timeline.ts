/**
 * Builds the timeline of a recording: the place of every segment and gap, in whole milliseconds
 * from the recording's start. Pure.
 */
import type { SegmentDescription } from '../../contract/events.ts'
import type { GapReason } from '../../contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type { Gap, RecordingView } from '../../contract/views.ts'

/** An item of a track's timeline: a segment, played from its beginning, or a gap. */
export type TimelineItem = MediaItem | GapItem

/** An item with media. It may be shorter than its segment, never longer. */
export interface MediaItem {
  fromMs: number
  toMs: number
  segment: SegmentDescription
}

/** An item without media. */
export interface GapItem {
  fromMs: number
  toMs: number
  gap: GapReason
  /** Wall-clock time (epoch ms) at which the gap begins. */
  sinceMs: number
}

/** One track: items that follow each other without interruption, from 0 to the duration. */
export interface TrackTimeline {
  medium: Medium
  items: TimelineItem[]
}

/** A stretch that was removed from a timeline. */
export interface RemovedSpan {
  /** Its place on the shortened timeline. */
  atMs: number
  /** Its place on the complete timeline. */
  fromMs: number
  toMs: number
  reason: GapReason
}

/** All tracks of a recording. */
export interface Timeline {
  /** Wall-clock time (epoch ms) of 0. */
  startMs: number
  durationMs: number
  tracks: TrackTimeline[]
  removedSpans: RemovedSpan[]
}

/** How much of an outage at the end is shown. */
const OUTAGE_MS = 10_000

type TimelineSource = Pick<RecordingView, 'startedAt' | 'endedAt' | 'tracks'>

export const isMedia = (item: TimelineItem): item is MediaItem => 'segment' in item

/**
 * Builds the complete timeline of a recording whose capture is over. Tracks that were never
 * started are left out. Where segments overlap (a clock was set back) the earlier one is shortened,
 * because video cannot begin in its middle.
 */
export function buildTimeline(
  recording: TimelineSource,
  segments: readonly SegmentDescription[],
): Timeline {
  const startMs = Date.parse(recording.startedAt)
  const { endedAt } = recording
  const ends = segments.map((segment) => Date.parse(segment.endedAt))
  // An end before the start comes from a clock that was set back. The media know better.
  const isEndKnown = endedAt !== null && Date.parse(endedAt) >= startMs
  const endMs = isEndKnown ? Date.parse(endedAt) : Math.max(startMs, ...ends)
  const durationMs = endMs - startMs
  const tracks = MEDIA.flatMap((medium): TrackTimeline[] => {
    const own = segments.filter((segment) => segment.medium === medium)
    const track = recording.tracks[medium]
    if (own.length === 0 && (track === undefined || track.state === 'off')) return []
    const spans = mediaSpans(own, startMs, durationMs)
    return [{ medium, items: withGaps(spans, track?.gaps ?? [], startMs, durationMs) }]
  })
  return { startMs, durationMs, tracks, removedSpans: [] }
}

function mediaSpans(
  segments: readonly SegmentDescription[],
  startMs: number,
  durationMs: number,
): MediaItem[] {
  const clip = (at: string): number => Math.min(durationMs, Math.max(0, Date.parse(at) - startMs))
  const spans = segments
    .map((segment) => ({
      fromMs: clip(segment.startedAt),
      toMs: clip(segment.endedAt),
      segment,
    }))
    .sort((a, b) => a.fromMs - b.fromMs || a.segment.number - b.segment.number)
  return spans
    .map((span, at) => ({
      ...span,
      toMs: Math.min(span.toMs, spans[at + 1]?.fromMs ?? durationMs),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
}

function withGaps(
  spans: readonly MediaItem[],
  gaps: readonly Gap[],
  startMs: number,
  durationMs: number,
): TimelineItem[] {
  const known = gaps.map(({ from, to, reason }) => ({
    fromMs: Date.parse(from) - startMs,
    toMs: to === null ? durationMs : Date.parse(to) - startMs,
    reason,
  }))
  const items: TimelineItem[] = []
  let reason: GapReason = 'notStarted'
  let cursor = 0
  const fill = (toMs: number): void => {
    while (cursor < toMs) {
      const at = known.find((gap) => gap.fromMs <= cursor && cursor < gap.toMs)
      const next = known.find((gap) => gap.fromMs > cursor)
      if (at) reason = at.reason
      const end = Math.min(toMs, at?.toMs ?? next?.fromMs ?? toMs)
      items.push({ fromMs: cursor, toMs: end, gap: reason, sinceMs: startMs + cursor })
      cursor = end
    }
  }
  for (const span of spans) {
    fill(span.fromMs)
    items.push(span)
    cursor = span.toMs
    reason = 'captureFailed'
  }
  fill(durationMs)
  return items
}

/** Returns the stretches in which no track has media, each with its prevailing reason. */
export function commonGaps(
  timeline: Timeline,
): { fromMs: number; toMs: number; reason: GapReason }[] {
  const media = timeline.tracks
    .flatMap(({ items }) => items.filter(isMedia))
    .sort((a, b) => a.fromMs - b.fromMs)
  const gaps: { fromMs: number; toMs: number; reason: GapReason }[] = []
  let cursor = 0
  const close = (toMs: number): void => {
    if (cursor < toMs) gaps.push({ fromMs: cursor, toMs, reason: reasonAt(timeline, cursor, toMs) })
  }
  for (const { fromMs, toMs } of media) {
    close(fromMs)
    cursor = Math.max(cursor, toMs)
  }
  close(timeline.durationMs)
  return gaps
}

/** Returns the reason that lasts longest: tracks with another one only ended a little earlier. */
function reasonAt({ tracks }: Timeline, fromMs: number, toMs: number): GapReason {
  const lasted = new Map<GapReason, number>()
  for (const item of tracks.flatMap(({ items }) => items)) {
    if (isMedia(item)) continue
    const length = Math.min(toMs, item.toMs) - Math.max(fromMs, item.fromMs)
    if (length > 0) lasted.set(item.gap, (lasted.get(item.gap) ?? 0) + length)
  }
  return [...lasted].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'captureFailed'
}

/**
 * Shortens an outage at the end to its first 10 s. After a crash the recording ends when the
 * recorder is started again, which may be the next day, and nothing but a card would be shown until
 * then.
 */
export function trimOutage(timeline: Timeline): Timeline {
  const last = commonGaps(timeline).at(-1)
  const wasInterrupted = timeline.tracks.some(({ items }) => {
    const end = items.at(-1)
    return end !== undefined && !isMedia(end) && end.gap === 'interrupted'
  })
  if (!wasInterrupted || last === undefined || last.toMs < timeline.durationMs) return timeline
  const durationMs = Math.min(last.toMs, last.fromMs + OUTAGE_MS)
  const tracks = timeline.tracks.map(({ medium, items }) => ({
    medium,
    items: items
      .filter(({ fromMs }) => fromMs < durationMs)
      .map((item) => ({ ...item, toMs: Math.min(item.toMs, durationMs) })),
  }))
  return { ...timeline, durationMs, tracks }
}

/**
 * Removes the stretches in which no track has media. The tracks stay in sync; gaps of single tracks
 * stay.
 */
export function removeCommonGaps(timeline: Timeline): Timeline {
  const gaps = commonGaps(timeline)
  const toShortened = mapWithout(gaps)
  const tracks = timeline.tracks.map(({ medium, items }) => {
    const kept: TimelineItem[] = []
    for (const item of items) {
      const moved = { ...item, fromMs: toShortened(item.fromMs), toMs: toShortened(item.toMs) }
      if (moved.fromMs < moved.toMs) kept.push(moved)
    }
    return { medium, items: kept }
  })
  const removedSpans = gaps.map(({ fromMs, toMs, reason }) => ({
    atMs: toShortened(fromMs),
    fromMs,
    toMs,
    reason,
  }))
  return {
    startMs: timeline.startMs,
    durationMs: toShortened(timeline.durationMs),
    tracks,
    removedSpans,
  }
}

/**
 * Maps a time on the complete timeline to its time on the shortened one. A time within a removed
 * span maps to the place of its removal.
 */
export function timeMapping({ removedSpans }: Timeline): (ms: number) => number {
  return mapWithout(removedSpans)
}

function mapWithout(gaps: readonly { fromMs: number; toMs: number }[]): (ms: number) => number {
  return (ms) =>
    gaps.reduce((at, { fromMs, toMs }) => at - Math.max(0, Math.min(ms, toMs) - fromMs), ms)
}
