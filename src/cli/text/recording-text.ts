/** Formats a recording for people. */
import { entriesByMedium, type Medium } from '../../contract/media.ts'
import type { RecordingState, TrackState } from '../../contract/states.ts'
import type { RecordingAnswer, TagEntry, TrackView } from '../../contract/views.ts'
import { duration, levelBar, localTime, size } from './quantities.ts'
import { printable, type Style, wrap } from './style.ts'
import { type Column, table } from './table.ts'

/** A track in an answer of the API. */
export type TrackAnswer = NonNullable<RecordingAnswer['tracks'][Medium]>

const LIVE: readonly TrackState[] = ['recording', 'recovering', 'starting']

/**
 * Computes how much of a track is recorded until `now` (epoch ms), in milliseconds. The API counts
 * closed segments only. People expect the time to grow while a track records, so this counts the
 * time since its start, less its gaps.
 */
export function recordedMs(track: TrackView, now: number): number {
  if (!LIVE.includes(track.state) || track.startedAt === null) return track.recordedMs
  const from = Date.parse(track.startedAt)
  const gaps = track.gaps.reduce((sum, gap) => {
    const end = gap.to === null ? now : Date.parse(gap.to)
    return sum + Math.max(0, end - Math.max(from, Date.parse(gap.from)))
  }, 0)
  return Math.max(track.recordedMs, now - from - gaps)
}

/** Colours a state by its meaning. */
export function stateText(state: RecordingState | TrackState, style: Style): string {
  if (state === 'Active' || state === 'recording') return style.good(state)
  if (state === 'failed') return style.bad(state)
  if (state === 'Paused' || state === 'paused' || state === 'recovering' || state === 'starting')
    return style.warn(state)
  return state
}

/** Formats a recording in a few lines: its state, then {@link tracksText}. */
export function recordingText(recording: RecordingAnswer, style: Style, now = Date.now()): string {
  const wrapUp = recording.wrapUp
    ? ` It closes by itself at ${localTime(recording.wrapUp.endsAt)}.`
    : ''
  const head = `Recording ${style.strong(recording.id)} is ${stateText(recording.state, style)}.${wrapUp}`
  return [wrap(head, style.columns), tracksText(recording, style, now)]
    .filter((part) => part !== '')
    .join('\n')
}

/** Medium, state, time, size, level and device. */
const TRACK_COLUMNS: Column[] = [
  { rank: 0 },
  { rank: 0 },
  { rank: 0 },
  { rank: 2 },
  { rank: 1 },
  { rank: 3, least: 10 },
]

/** Key, value, time and client. */
const TAG_COLUMNS: Column[] = [
  { rank: 0, least: 12 },
  { rank: 0, least: 12 },
  { rank: 1 },
  { rank: 2, least: 8 },
]

/**
 * Formats a line for each track: state, time recorded, size, level, device. Errors and warnings
 * follow below.
 */
function tracksText(recording: RecordingAnswer, style: Style, now = Date.now()): string {
  const tracks = entriesByMedium(recording.tracks)
  const rows = tracks.map(([medium, track]) => [
    medium,
    stateText(track.state, style),
    duration(recordedMs(track, now)),
    track.bytes === 0 ? '' : size(track.bytes),
    track.level === null ? '' : levelBar(track.level.rmsDb),
    style.weak(printable(track.device?.label ?? '')),
  ])
  const errors = tracks.flatMap(([medium, { error }]) =>
    error
      ? [style.bad(finding(`${medium}: ${printable(error.message)} (${error.code})`, style))]
      : [],
  )
  const warnings = tracks.flatMap(([medium, track]) =>
    track.warnings.map(({ code, message }) =>
      style.warn(finding(`${medium}: ${printable(message)} (${code})`, style)),
    ),
  )
  return [table(TRACK_COLUMNS, rows, { style, indent: '  ' }), ...errors, ...warnings]
    .filter((part) => part !== '')
    .join('\n')
}

function finding(text: string, style: Style): string {
  return wrap(text, style.columns, '  ')
}

/** Returns the tags that clients have set, without the recorder's own. */
export function clientTags(tags: readonly TagEntry[]): TagEntry[] {
  return tags.filter(({ key }) => !key.startsWith('system.'))
}

/** Formats tags in columns: key, value, time, client. */
export function tagsText(tags: readonly TagEntry[], style: Style): string {
  return table(
    TAG_COLUMNS,
    tags.map(({ key, value, at, by }) => [
      printable(key),
      printable(typeof value === 'string' ? value : JSON.stringify(value)),
      style.weak(localTime(at)),
      style.weak(`${by.side}/${printable(by.client)}`),
    ]),
    { style, indent: '  ' },
  )
}
