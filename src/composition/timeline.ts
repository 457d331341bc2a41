/**
 * Where each piece of each track lies on the recording's own time line, in whole milliseconds from
 * its start. Pure.
 */
import type { SegmentFacts } from '../contract/events.ts'
import { type GapReason, MEDIA, type Medium } from '../contract/media.ts'
import type { Gap, RecordingView } from '../contract/resources.ts'

/** A span of a track's time line: a stored segment, played from its beginning, or a gap. */
export type Piece = MediaPiece | GapPiece

/** A span with media. It may be shorter than the segment, never longer. */
export interface MediaPiece {
  fromMs: number
  toMs: number
  media: SegmentFacts
}

/** A span without. */
export interface GapPiece {
  fromMs: number
  toMs: number
  gap: GapReason
  /** Wall-clock time (epoch ms) at which the gap begins. */
  sinceMs: number
}

/** One track: pieces that follow each other without a hole, from 0 to the duration. */
export interface TrackLine {
  medium: Medium
  pieces: Piece[]
}

/** A span that was left out, by its place in what is left. */
export interface RemovedSpan {
  atMs: number
  /** Its place on the uncut time line. */
  fromMs: number
  toMs: number
  reason: GapReason
}

/** All tracks of a recording. */
export interface Timeline {
  /** Wall-clock time (epoch ms) of 0. */
  startMs: number
  durationMs: number
  tracks: TrackLine[]
  cuts: RemovedSpan[]
}

/** How long an outage at the end is shown. */
const OUTAGE_MS = 10_000

type Told = Pick<RecordingView, 'startedAt' | 'endedAt' | 'tracks'>

export const isMedia = (piece: Piece): piece is MediaPiece => 'media' in piece

/**
 * The time line of a recording whose capture is over, with every gap in its place. Tracks that were
 * never started are left out. Where segments overlap (a clock was set back) the earlier one gives
 * way: video cannot begin in its middle.
 */
export function timelineOf(recording: Told, segments: readonly SegmentFacts[]): Timeline {
  const startMs = Date.parse(recording.startedAt)
  const ends = segments.map(({ endedAt }) => Date.parse(endedAt))
  const endMs =
    recording.endedAt === null ? Math.max(startMs, ...ends) : Date.parse(recording.endedAt)
  const durationMs = Math.max(0, endMs - startMs)
  const tracks = MEDIA.flatMap((medium): TrackLine[] => {
    const own = segments.filter((segment) => segment.medium === medium)
    const track = recording.tracks[medium]
    if (own.length === 0 && (track === undefined || track.state === 'off')) return []
    const spans = mediaSpans(own, startMs, durationMs)
    return [{ medium, pieces: withGaps(spans, track?.gaps ?? [], startMs, durationMs) }]
  })
  return { startMs, durationMs, tracks, cuts: [] }
}

function mediaSpans(
  segments: readonly SegmentFacts[],
  startMs: number,
  durationMs: number,
): MediaPiece[] {
  const clip = (at: string): number => Math.min(durationMs, Math.max(0, Date.parse(at) - startMs))
  const spans = segments
    .map((media) => ({ fromMs: clip(media.startedAt), toMs: clip(media.endedAt), media }))
    .sort((a, b) => a.fromMs - b.fromMs || a.media.number - b.media.number)
  return spans
    .map((span, at) => ({
      ...span,
      toMs: Math.min(span.toMs, spans[at + 1]?.fromMs ?? durationMs),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
}

function withGaps(
  spans: readonly MediaPiece[],
  gaps: readonly Gap[],
  startMs: number,
  durationMs: number,
): Piece[] {
  const told = gaps.map(({ from, to, reason }) => ({
    fromMs: Date.parse(from) - startMs,
    toMs: to === null ? durationMs : Date.parse(to) - startMs,
    reason,
  }))
  const pieces: Piece[] = []
  let reason: GapReason = 'notStarted'
  let cursor = 0
  const fill = (toMs: number): void => {
    while (cursor < toMs) {
      const at = told.find((gap) => gap.fromMs <= cursor && cursor < gap.toMs)
      const next = told.find((gap) => gap.fromMs > cursor)
      if (at) reason = at.reason
      const end = Math.min(toMs, at?.toMs ?? next?.fromMs ?? toMs)
      pieces.push({ fromMs: cursor, toMs: end, gap: reason, sinceMs: startMs + cursor })
      cursor = end
    }
  }
  for (const span of spans) {
    fill(span.fromMs)
    pieces.push(span)
    cursor = span.toMs
    reason = 'captureFailed'
  }
  fill(durationMs)
  return pieces
}

/** The spans of which no track has media, with the reason of the first track that knows one. */
export function commonGaps(
  timeline: Timeline,
): { fromMs: number; toMs: number; reason: GapReason }[] {
  const media = timeline.tracks
    .flatMap(({ pieces }) => pieces.filter(isMedia))
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

/** Where tracks disagree, the reason that lasts longest: the others only ended a little earlier. */
function reasonAt({ tracks }: Timeline, fromMs: number, toMs: number): GapReason {
  const lasted = new Map<GapReason, number>()
  for (const piece of tracks.flatMap(({ pieces }) => pieces)) {
    if (isMedia(piece)) continue
    const length = Math.min(toMs, piece.toMs) - Math.max(fromMs, piece.fromMs)
    if (length > 0) lasted.set(piece.gap, (lasted.get(piece.gap) ?? 0) + length)
  }
  return [...lasted].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'captureFailed'
}

/**
 * The time line without all but the first seconds of an outage at its end: after a crash the
 * recording ends when the recorder is started again, which may be the next day, and nobody wants to
 * see a card until then.
 */
export function withoutOutage(timeline: Timeline): Timeline {
  const last = commonGaps(timeline).at(-1)
  const wasInterrupted = timeline.tracks.some(({ pieces }) => {
    const end = pieces.at(-1)
    return end !== undefined && !isMedia(end) && end.gap === 'interrupted'
  })
  if (!wasInterrupted || last === undefined || last.toMs < timeline.durationMs) return timeline
  const durationMs = Math.min(last.toMs, last.fromMs + OUTAGE_MS)
  const tracks = timeline.tracks.map(({ medium, pieces }) => ({
    medium,
    pieces: pieces
      .filter(({ fromMs }) => fromMs < durationMs)
      .map((piece) => ({ ...piece, toMs: Math.min(piece.toMs, durationMs) })),
  }))
  return { ...timeline, durationMs, tracks }
}

/**
 * The time line without what no track has media of. The tracks stay in sync; gaps of single tracks
 * stay.
 */
export function cutGaps(timeline: Timeline): Timeline {
  const gaps = commonGaps(timeline)
  const place = placing(gaps)
  const tracks = timeline.tracks.map(({ medium, pieces }) => {
    const kept: Piece[] = []
    for (const piece of pieces) {
      const moved = { ...piece, fromMs: place(piece.fromMs), toMs: place(piece.toMs) }
      if (moved.fromMs < moved.toMs) kept.push(moved)
    }
    return { medium, pieces: kept }
  })
  const cuts = gaps.map(({ fromMs, toMs, reason }) => ({
    atMs: place(fromMs),
    fromMs,
    toMs,
    reason,
  }))
  return { startMs: timeline.startMs, durationMs: place(timeline.durationMs), tracks, cuts }
}

/**
 * Where a moment of the uncut time line lies in a cut one; a moment that was cut lies at the cut.
 */
export function placeIn({ cuts }: Timeline): (ms: number) => number {
  return placing(cuts)
}

function placing(gaps: readonly { fromMs: number; toMs: number }[]): (ms: number) => number {
  return (ms) =>
    gaps.reduce((at, { fromMs, toMs }) => at - Math.max(0, Math.min(ms, toMs) - fromMs), ms)
}
