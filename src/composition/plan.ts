/** Plans a composed file: its parts, and the key that identifies it. Pure. */
import { createHash } from 'node:crypto'
import { RecorderError } from '../contract/errors.ts'
import type { SegmentFacts } from '../contract/events.ts'
import { type Chapter, chaptersOf } from './chapters.ts'
import type { CompositionPort, CompositionRequest } from './port.ts'
import {
  cutGaps,
  isMedia,
  type Timeline,
  type TrackLine,
  timelineOf,
  withoutOutage,
} from './timeline.ts'

/** Raised whenever the same pieces give another file. */
const FORMAT = 2

/** A recording as it is composed. */
export type Composable = Parameters<CompositionPort['compose']>[0]

/** A file to be made. */
export interface Plan {
  recordingId: string
  /** RFC 3339. */
  startedAt: string
  request: CompositionRequest
  timeline: Timeline
  /** Only those that go into the file. */
  sounds: TrackLine[]
  screen: TrackLine | undefined
  chapters: Chapter[]
  segments: SegmentFacts[]
  /** IANA name of the zone in which cards tell the time. */
  timeZone: string
  /** Says what is in the file; part of its name. */
  name: string
  container: 'ogg' | 'mp4'
  /** SHA-256 (hex) of all that the file depends on. */
  key: string
}

/** Plans the file that is asked for. Throws INVALID_STATE or NOT_FOUND where there can be none. */
export function planOf(
  recording: Composable,
  segments: readonly SegmentFacts[],
  request: CompositionRequest,
  version: string,
): Plan {
  const isCut = request.kind === 'export' && request.gaps === 'cut'
  const recorded = timelineOf(recording, segments)
  const whole = isCut ? recorded : withoutOutage(recorded)
  const timeline = isCut ? cutGaps(whole) : whole
  const lines = timeline.tracks.filter(
    ({ medium }) => request.kind === 'export' || request.medium === medium,
  )
  if (lines.length === 0 && request.kind === 'track')
    throw new RecorderError('NOT_FOUND', 'The recording has no such track.')
  if (segments.length === 0 || timeline.durationMs === 0)
    throw new RecorderError('INVALID_STATE', 'Nothing was recorded, so there is nothing to play.')
  const { id, startedAt } = recording
  const used = lines.flatMap(({ pieces }) => pieces.filter(isMedia).map(({ media }) => media))
  const chapters =
    request.kind === 'export' ? chaptersOf(whole, timeline, recording.tagHistory) : []
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
    lines,
  ]
  return {
    recordingId: id,
    startedAt,
    request,
    timeline,
    sounds: lines.filter(({ medium }) => medium !== 'screen'),
    screen: lines.find(({ medium }) => medium === 'screen'),
    chapters,
    segments: used,
    timeZone,
    name: request.kind === 'export' ? `export-${request.gaps}-${request.audio}` : request.medium,
    container: isSound ? 'ogg' : 'mp4',
    key: createHash('sha256').update(JSON.stringify(inputs)).digest('hex'),
  }
}

/** The zone that the recorder noted, if this computer knows it. */
function zoneOf({ tagHistory }: Composable): string {
  const noted = tagHistory.findLast(({ key }) => key === 'system.timeZone')?.value
  try {
    return new Intl.DateTimeFormat('en', { timeZone: String(noted ?? 'UTC') }).resolvedOptions()
      .timeZone
  } catch {
    return 'UTC'
  }
}
