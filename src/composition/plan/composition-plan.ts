/** Plans a composed file: its contents, and the key that identifies it. Pure. */
import { createHash } from 'node:crypto'
import { RecorderError } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import type { CompositionPort, CompositionRequest } from '../port.ts'
import { buildChapters, type Chapter } from './chapters.ts'
import {
  buildTimeline,
  isMedia,
  removeCommonGaps,
  type Timeline,
  type TrackTimeline,
  trimOutage,
} from './timeline.ts'

/** Increased whenever the same segments give another file. */
const FORMAT = 2

/** The fields of a recording that composing needs. */
export type ComposableRecording = Parameters<CompositionPort['compose']>[0]

/** A file to be built. */
export interface CompositionPlan {
  recordingId: string
  /** RFC 3339. */
  startedAt: string
  request: CompositionRequest
  timeline: Timeline
  /** Only the tracks that go into the file. */
  sounds: TrackTimeline[]
  screen: TrackTimeline | undefined
  chapters: Chapter[]
  segments: SegmentDescription[]
  /** IANA name of the time zone of cards. */
  timeZone: string
  /** The contents of the file in short; part of its name. */
  name: string
  container: 'ogg' | 'mp4'
  /** SHA-256 (hex) of everything that the file depends on. */
  key: string
}

/** Plans the requested file. Throws INVALID_STATE or NOT_FOUND where it cannot exist. */
export function planComposition(
  recording: ComposableRecording,
  segments: readonly SegmentDescription[],
  request: CompositionRequest,
  version: string,
): CompositionPlan {
  const isCut = request.kind === 'export' && request.gaps === 'cut'
  const recorded = buildTimeline(recording, segments)
  const whole = isCut ? recorded : trimOutage(recorded)
  const timeline = isCut ? removeCommonGaps(whole) : whole
  const tracks = timeline.tracks.filter(
    ({ medium }) => request.kind === 'export' || request.medium === medium,
  )
  if (tracks.length === 0 && request.kind === 'track')
    throw new RecorderError('NOT_FOUND', 'The recording has no such track.')
  if (segments.length === 0 || timeline.durationMs === 0)
    throw new RecorderError('INVALID_STATE', 'Nothing was recorded, so there is nothing to play.')
  const { id, startedAt } = recording
  const used = tracks.flatMap(({ items }) => items.filter(isMedia).map(({ segment }) => segment))
  const chapters =
    request.kind === 'export' ? buildChapters(whole, timeline, recording.tagHistory) : []
  const timeZone = zoneOf(recording)
  const isSound = request.kind === 'track' && request.medium !== 'screen'
  const inputs = [
    FORMAT,
    version,
    request,
    id,
    startedAt,
    timeZone,
    chapters,
    timeline.durationMs,
    tracks,
  ]
  return {
    recordingId: id,
    startedAt,
    request,
    timeline,
    sounds: tracks.filter(({ medium }) => medium !== 'screen'),
    screen: tracks.find(({ medium }) => medium === 'screen'),
    chapters,
    segments: used,
    timeZone,
    name: request.kind === 'export' ? `export-${request.gaps}-${request.audio}` : request.medium,
    container: isSound ? 'ogg' : 'mp4',
    key: createHash('sha256').update(JSON.stringify(inputs)).digest('hex'),
  }
}

/** Returns the zone in which the recording was made if this computer knows it, else UTC. */
function zoneOf({ tagHistory }: ComposableRecording): string {
  const noted = tagHistory.findLast(({ key }) => key === 'system.timeZone')?.value
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(noted ?? 'UTC') }).resolvedOptions()
      .timeZone
  } catch {
    return 'UTC'
  }
}
