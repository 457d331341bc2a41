import type { EventOf, LogEvent } from '../../contract/events.ts'
import type { GapReason } from '../../contract/gap-reason.ts'
import type { RecordingView, TrackView } from '../../contract/views.ts'
import { gapsOf, spansOf } from './gaps.ts'
import {
  captureEnded,
  latest,
  type SegmentHistory,
  segmentClosed,
  segmentCut,
  segmentDiscarded,
  segmentOpened,
} from './segment-history.ts'

/** An event about one track. */
export type TrackEvent = Extract<LogEvent, { type: `track.${string}` | `segment.${string}` }>

/**
 * A track as clients see it, and the history from which it is computed. There is no history before
 * the first `track.starting`.
 */
export interface TrackProjection {
  track: TrackView
  history: SegmentHistory | undefined
}

/** A track that was never started. */
export const TRACK_OFF: TrackView = {
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

/** Events that end the capture, or the pause, that a warning is about. */
const ENDS_WARNINGS: ReadonlySet<string> = new Set([
  'track.starting',
  'track.pausing',
  'track.resuming',
  'track.recovering',
  'track.stopping',
  'track.stopped',
  'track.failed',
] satisfies TrackEvent['type'][])

/** Returns the track after a warning about it was raised or cleared. */
export function withWarning(
  track: TrackView,
  event: EventOf<'warning.raised' | 'warning.cleared'>,
): TrackView {
  const others = track.warnings.filter(({ code }) => code !== event.data.code)
  if (event.type === 'warning.cleared') return { ...track, warnings: others }
  const { code, detail: message } = event.data
  return { ...track, warnings: [...others, { code, message, since: event.at }] }
}

/** Folds an event into a track, with sums and gaps of the recording's time so far. */
export function projectTrack(
  before: TrackProjection,
  event: TrackEvent,
  recording: Pick<RecordingView, 'startedAt' | 'endedAt'>,
): TrackProjection {
  const { track, history = [] } = before
  if (event.type === 'track.stopped' && event.data.reason === 'reverted' && track.segments === 0)
    return { track: TRACK_OFF, history: undefined }
  // The files of a reverted start may be discarded after the track is off again.
  if (event.type === 'segment.discarded' && before.history === undefined) return before
  const nextHistory = historyAfter(history, event)
  const warnings = ENDS_WARNINGS.has(event.type) ? [] : track.warnings
  const nextTrack = { ...track, ...trackAfter(track, history, event, recording), warnings }
  // Sums and gaps depend on nothing but the history and the recording's times.
  if (nextHistory === before.history) return { track: nextTrack, history: nextHistory }
  return { track: withTotals(nextTrack, nextHistory, recording), history: nextHistory }
}

/** Returns the track with values from its history: first sample, sums, spans, gaps. */
export function withTotals(
  track: TrackView,
  history: SegmentHistory,
  recording: Pick<RecordingView, 'startedAt' | 'endedAt'>,
): TrackView {
  let startedAt: string | null = null
  let recordedMs = 0
  let bytes = 0
  let segments = 0
  for (const entry of history) {
    startedAt ??= entry.startedAt
    if (entry.endedAt === null || entry.bytes <= 0) continue
    recordedMs += entry.durationMs
    bytes += entry.bytes
    segments++
  }
  return {
    ...track,
    startedAt,
    recordedMs,
    bytes,
    segments,
    spans: spansOf(history, recording.startedAt, recording.endedAt),
    gaps: gapsOf(history, recording.startedAt, recording.endedAt),
  }
}

function errorOf({ at, data }: EventOf<'track.recovering' | 'track.failed'>): TrackView['error'] {
  return { code: data.code, message: data.detail, since: at }
}

function trackAfter(
  track: TrackView,
  history: SegmentHistory,
  event: TrackEvent,
  recording: Pick<RecordingView, 'startedAt'>,
): Partial<TrackView> {
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
      return { state: 'recovering', error: errorOf(event) }
    case 'track.stopping':
      return { state: 'stopped', stoppedAt: event.data.cutAt, error: null }
    case 'track.stopped':
      return {
        state: 'stopped',
        stoppedAt: stoppedAt(track, history, event, recording),
        error: null,
      }
    case 'track.failed':
      return {
        state: 'failed',
        stoppedAt: event.at,
        error: errorOf(event),
      }
    case 'segment.opened':
      return { device: event.data.device }
    default:
      return {}
  }
}

function stoppedAt(
  track: TrackView,
  history: SegmentHistory,
  event: EventOf<'track.stopped'>,
  { startedAt }: Pick<RecordingView, 'startedAt'>,
): string {
  // A reverted start leaves no trace: the track stopped when its last media ended.
  const lastEnd = history.findLast((entry) => entry.endedAt !== null)?.endedAt
  if (event.data.reason === 'reverted' && lastEnd) return lastEnd
  if (track.stoppedAt !== null || event.data.reason !== 'interrupted')
    return track.stoppedAt ?? event.at
  // Earlier versions recovered with a clock that had been set back.
  return latest(event.at, startedAt, lastEnd ?? null)
}

const STOP_GAPS = {
  command: 'stopped',
  reverted: 'stopped',
  interrupted: 'interrupted',
  storageFull: 'storageFull',
} as const satisfies Record<EventOf<'track.stopped'>['data']['reason'], GapReason>

function historyAfter(history: SegmentHistory, event: TrackEvent): SegmentHistory {
  switch (event.type) {
    case 'segment.opened':
      return segmentOpened(history, event.data)
    case 'segment.closed':
      return segmentClosed(history, event.data)
    case 'segment.discarded':
      return segmentDiscarded(history, event.data.number)
    case 'track.pausing':
      return segmentCut(history, event.data, event.data.reason ?? 'paused')
    case 'track.stopping':
      return segmentCut(history, event.data, STOP_GAPS[event.data.reason])
    case 'track.paused':
      return captureEnded(history, 'paused')
    case 'track.stopped':
      return captureEnded(history, STOP_GAPS[event.data.reason])
    case 'track.recovering':
    case 'track.failed':
      return captureEnded(history, event.data.reason)
    default:
      return history
  }
}
