import type { By } from '../../../contract/by.ts'
import type { TagValue } from '../../../contract/commands.ts'
import type { Consent } from '../../../contract/custody.ts'
import type { Medium } from '../../../contract/media.ts'
import type { RecordingAnswer, Span, TagEntry, TrackView } from '../../../contract/views.ts'
import { CRM, DEVICES, RECORDER, RECORDING_ID, STEPS, timeAt } from './story.ts'

const ORDER = [
  'start',
  'startSpeaker',
  'tag',
  'consent',
  'pause',
  'resume',
  'stop',
  'close',
] as const
type Step = (typeof ORDER)[number]
const BYTES_PER_SECOND: Record<Medium, number> = { mic: 6_100, speaker: 12_200, screen: 43_000 }
const VERSIONS: Record<Step, number> = {
  start: 12,
  startSpeaker: 17,
  tag: 20,
  consent: 23,
  pause: 35,
  resume: 47,
  stop: 59,
  close: 62,
}

/** The consent that the customer gives. */
export const GRANTED: Consent = { state: 'granted', method: 'spoken', note: 'On the telephone.' }

type TrackAnswer = RecordingAnswer['tracks'][Medium] & object

const OFF: TrackAnswer = {
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
  level: null,
}

function isAfter(step: Step, other: Step): boolean {
  return ORDER.indexOf(step) >= ORDER.indexOf(other)
}

function gapsOf(medium: Medium, step: Step): TrackView['gaps'] {
  const from = timeAt(STEPS.start)
  const before = { from, to: timeAt(STEPS[medium]), reason: 'notStarted' } as const
  if (!isAfter(step, 'pause')) return [before]
  const to = isAfter(step, 'resume') ? timeAt(STEPS.resume) : null
  return [before, { from: timeAt(STEPS.pause), to, reason: 'paused' }]
}

function spansOf(medium: Medium, step: Step): Span[] {
  const spans: Span[] = []
  if (isAfter(step, 'pause')) spans.push({ from: timeAt(STEPS[medium]), to: timeAt(STEPS.pause) })
  if (isAfter(step, 'stop')) spans.push({ from: timeAt(STEPS.resume), to: timeAt(STEPS.stop) })
  return spans
}

function trackState(step: Step): 'recording' | 'paused' | 'stopped' {
  if (isAfter(step, 'stop')) return 'stopped'
  return step === 'pause' ? 'paused' : 'recording'
}

function trackAfter(medium: Medium, step: Step): TrackAnswer {
  if (medium === 'speaker' && !isAfter(step, 'startSpeaker')) return OFF
  const state = trackState(step)
  const spans = spansOf(medium, step)
  const recordedMs = spans.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0)
  const hasLevel = state === 'recording' && medium !== 'screen'
  return {
    state,
    device: DEVICES[medium],
    startedAt: timeAt(STEPS[medium]),
    stoppedAt: state === 'stopped' ? timeAt(STEPS.stop) : null,
    recordedMs,
    bytes: Math.round((recordedMs * BYTES_PER_SECOND[medium]) / 1000),
    segments: spans.length,
    spans,
    gaps: gapsOf(medium, step),
    error: null,
    warnings: [],
    level: hasLevel ? { rmsDb: -21.3, peakDb: -18.2 } : null,
  }
}

function tagsOf(tags: Record<string, TagValue>, seconds: number, by: By = CRM): TagEntry[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value, at: timeAt(seconds), by }))
}

/** The tags that the recorder sets when the recording starts. */
export const SYSTEM_TAGS = {
  'system.host': 'desk-12',
  'system.user': 'maria',
  'system.platform': 'linux x64',
  'system.appVersion': '0.1.0',
  'system.timeZone': 'Europe/Vienna',
  'system.device.mic': DEVICES.mic.label,
  'system.device.screen': DEVICES.screen.label,
}

function tagsAfter(step: Step): TagEntry[] {
  return [
    ...tagsOf(SYSTEM_TAGS, STEPS.start, RECORDER),
    ...tagsOf({ customer: 'C-4711', branch: 12 }, STEPS.start),
    ...(isAfter(step, 'tag') ? tagsOf({ topic: 'mortgage', signed: true }, STEPS.tag) : []),
  ]
}

function allowedAfter(step: Step): RecordingAnswer['allowedCommands'] {
  switch (step) {
    case 'start':
      return ['startMedia', 'stop', 'pause', 'tag', 'consent']
    case 'pause':
      return ['stop', 'resume', 'tag', 'consent']
    case 'stop':
      return ['start', 'tag', 'close', 'consent']
    case 'close':
      return ['start', 'consent']
    default:
      return ['stop', 'pause', 'tag', 'consent']
  }
}

function stateAfter(step: Step): RecordingAnswer['state'] {
  if (step === 'close') return 'Closed'
  if (step === 'stop') return 'WrapUp'
  return step === 'pause' ? 'Paused' : 'Active'
}

/** Returns the recording as a client sees it after a step. */
export function recordingAfter(step: Step): RecordingAnswer {
  return {
    id: RECORDING_ID,
    state: stateAfter(step),
    controller: 'api',
    recordingType: 'both',
    startedBy: CRM,
    startedAt: timeAt(STEPS.start),
    endedAt: isAfter(step, 'stop') ? timeAt(STEPS.stop) : null,
    closedAt: step === 'close' ? timeAt(STEPS.close) : null,
    version: VERSIONS[step],
    tracks: {
      mic: trackAfter('mic', step),
      speaker: trackAfter('speaker', step),
      screen: trackAfter('screen', step),
    },
    tags: tagsAfter(step),
    wrapUp: step === 'stop' ? { endsAt: timeAt(STEPS.stop + 60) } : null,
    consent: isAfter(step, 'consent') ? { ...GRANTED, at: timeAt(STEPS.consent), by: CRM } : null,
    holds: [],
    erased: null,
    retention: null,
    allowedCommands: allowedAfter(step),
  }
}

/** The answer to the command of a step. */
export function answerAfter(step: Step): RecordingAnswer {
  const recording = recordingAfter(step)
  return { ...recording, position: recording.version + 4 }
}

/** Returns the recording with the history of its tags. */
export function recordingWithHistoryAfter(step: Step): RecordingAnswer {
  return { ...recordingAfter(step), tagHistory: tagsAfter(step) }
}
