import type { EventOf, LogEvent } from '../../contract/events.ts'
import type { GapReason } from '../../contract/media.ts'
import type { RecordingView, TrackView } from '../../contract/resources.ts'
import { gapsOf, spansOf } from './gaps.ts'
import {
  captureEnded,
  type SegmentTrail,
  segmentClosed,
  segmentCut,
  segmentDiscarded,
  segmentOpened,
} from './trail.ts'

/** An event about one track. */
export type TrackEvent = Extract<LogEvent, { type: `track.${string}` | `segment.${string}` }>

/**
 * A track as clients see it, and what that is derived from; no trail before its first
 * `track.starting`.
 */
export interface TrackProjection {
  track: TrackView
  trail: SegmentTrail | undefined
}

/** A track that was never started. */
export const OFF: TrackView = {
  state: 'off',
  device: null,
  startedAt: null,
  stoppedAt: null,
  recordedMs: 0,
  bytes: 0,
  segments: 0,
  spans: [],
  gaps: [],
  error: null,
  warnings: [],
}

/** With these the capture, or the pause, that a warning was about is over. */
const ENDS_WARNINGS: ReadonlySet<string> = new Set([
  'track.starting',
  'track.pausing',
  'track.resuming',
  'track.recovering',
  'track.stopping',
  'track.stopped',
  'track.failed',
] satisfies TrackEvent['type'][])

/** The track after a warning about it was raised or cleared. */
export function warned(
  track: TrackView,
  event: EventOf<'warning.raised' | 'warning.cleared'>,
): TrackView {
  const others = track.warnings.filter(({ code }) => code !== event.data.code)
  if (event.type === 'warning.cleared') return { ...track, warnings: others }
  const { code, detail: message } = event.data
  return { ...track, warnings: [...others, { code, message, since: event.at }] }
}

/** The track after an event, with sums and gaps of the recording's time so far. */
export function projectTrack(
  before: TrackProjection,
  event: TrackEvent,
  recording: Pick<RecordingView, 'startedAt' | 'endedAt'>,
): TrackProjection {
  const { track, trail = [] } = before
  if (event.type === 'track.stopped' && event.data.reason === 'reverted' && track.segments === 0)
    return { track: OFF, trail: undefined }
  // The files of a reverted start may go after the track is off again.
  if (event.type === 'segment.discarded' && before.trail === undefined) return before
  const nextTrail = trailAfter(trail, event)
  const warnings = ENDS_WARNINGS.has(event.type) ? [] : track.warnings
  const nextTrack = { ...track, ...trackAfter(track, trail, event), warnings }
  return { track: measured(nextTrack, nextTrail, recording), trail: nextTrail }
}

/** The track with what its trail says: first sample, sums, gaps. */
export function measured(
  track: TrackView,
  trail: SegmentTrail,
  recording: Pick<RecordingView, 'startedAt' | 'endedAt'>,
): TrackView {
  const closed = trail.filter((step) => step.endedAt !== null)
  return {
    ...track,
    startedAt: trail.find((step) => step.startedAt !== null)?.startedAt ?? null,
    recordedMs: closed.reduce((sum, step) => sum + step.durationMs, 0),
    bytes: closed.reduce((sum, step) => sum + step.bytes, 0),
    segments: closed.length,
    spans: spansOf(trail, recording.startedAt, recording.endedAt),
    gaps: gapsOf(trail, recording.startedAt, recording.endedAt),
  }
}

function trackAfter(track: TrackView, trail: SegmentTrail, event: TrackEvent): Partial<TrackView> {
  switch (event.type) {
    case 'track.starting':
    case 'track.resuming':
      return { state: 'starting', device: event.data.device, stoppedAt: null, error: null }
    case 'track.started':
    case 'track.resumed':
    case 'track.recovered':
      return { state: 'recording', error: null }
    case 'track.pausing':
    case 'track.paused':
      return { state: 'paused', error: null }
    case 'track.recovering':
      return { state: 'recovering', error: { code: event.data.code, message: event.data.detail } }
    case 'track.stopping':
      return { state: 'stopped', stoppedAt: event.data.cutAt, error: null }
    case 'track.stopped':
      return { state: 'stopped', stoppedAt: stoppedAt(track, trail, event), error: null }
    case 'track.failed':
      return {
        state: 'failed',
        stoppedAt: event.at,
        error: { code: event.data.code, message: event.data.detail },
      }
    case 'segment.opened':
      return { device: event.data.device }
    default:
      return {}
  }
}

function stoppedAt(track: TrackView, trail: SegmentTrail, event: EventOf<'track.stopped'>): string {
  // What was reverted never was: the track is as stopped as it was when its last media ended.
  const lastEnd = trail.findLast((step) => step.endedAt !== null)?.endedAt
  if (event.data.reason === 'reverted' && lastEnd) return lastEnd
  return track.stoppedAt ?? event.at
}

const STOP_GAPS = {
  command: 'stopped',
  reverted: 'stopped',
  interrupted: 'interrupted',
  storageFull: 'storageFull',
} as const satisfies Record<EventOf<'track.stopped'>['data']['reason'], GapReason>

function trailAfter(trail: SegmentTrail, event: TrackEvent): SegmentTrail {
  switch (event.type) {
    case 'segment.opened':
      return segmentOpened(trail, event.data)
    case 'segment.closed':
      return segmentClosed(trail, event.data)
    case 'segment.discarded':
      return segmentDiscarded(trail, event.data.number)
    case 'track.pausing':
      return segmentCut(trail, event.data.segment, 'paused')
    case 'track.stopping':
      return segmentCut(trail, event.data.segment, STOP_GAPS[event.data.reason])
    case 'track.paused':
      return captureEnded(trail, 'paused')
    case 'track.stopped':
      return captureEnded(trail, STOP_GAPS[event.data.reason])
    case 'track.recovering':
    case 'track.failed':
      return captureEnded(trail, event.data.reason)
    default:
      return trail
  }
}
