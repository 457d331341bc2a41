import type { ClientSide } from '../../contract/by.ts'
import { changesNothing } from '../../contract/event-types.ts'
import type { EventOf, LogEvent } from '../../contract/events.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import { projectCustody } from './custody.ts'
import { captureEnded, latest, type SegmentHistory } from './segment-history.ts'
import { projectTrack, TRACK_OFF, type TrackEvent, withTotals, withWarning } from './track.ts'

/**
 * Increased whenever {@link project} folds the same events differently. The stored projections are
 * then rebuilt.
 */
export const PROJECTION_VERSION = 11

/** A recording folded from its events, with internal data. Plain JSON, never changed in place. */
export interface RecordingProjection {
  /** False until `recording.started`. Until then the recording is not listed. */
  confirmed: boolean
  /** Set when it was interrupted: the last that is known of it. */
  lastSeenAt?: string
  view: RecordingView
  /** The segment history of each medium. The name is the one on disk. */
  trails: Partial<Record<Medium, SegmentHistory>>
}

/**
 * Folds an event into a recording. Returns undefined without a `recording.starting`, and after its
 * start was rolled back. Pure.
 */
export function project(
  before: RecordingProjection | undefined,
  event: LogEvent,
): RecordingProjection | undefined {
  if (event.type === 'recording.starting') return initialProjection(event)
  if (before === undefined || event.type === 'recording.startFailed') return undefined
  if (changesNothing(event)) return before
  const after = evolve(before, event)
  const version = event.version ?? after.view.version
  if (after.view === before.view) return { ...after, view: { ...after.view, version } }
  // This view was made just now, so nobody else has it. Another copy would be costly.
  after.view.version = version
  return after
}

function initialProjection(event: EventOf<'recording.starting'>): RecordingProjection {
  const version = event.version ?? 1
  const starting = new Set(event.data.media)
  const startedAt = event.at
  return {
    confirmed: false,
    view: {
      id: event.recordingId as string,
      state: 'Active',
      controller: event.by.side as ClientSide,
      recordingType: event.data.recordingType,
      startedBy: event.by,
      startedAt,
      endedAt: null,
      closedAt: null,
      version,
      tracks: Object.fromEntries(
        MEDIA.map((medium) => [
          medium,
          starting.has(medium)
            ? withTotals({ ...TRACK_OFF, state: 'starting' }, [], { startedAt, endedAt: null })
            : TRACK_OFF,
        ]),
      ),
      tags: [],
      wrapUp: null,
      consent: null,
      holds: [],
      erased: null,
    },
    trails: Object.fromEntries(event.data.media.map((medium) => [medium, []])),
  }
}

function evolve(before: RecordingProjection, event: LogEvent): RecordingProjection {
  const { view } = before
  switch (event.type) {
    case 'recording.started':
      return { ...before, confirmed: true, view: { ...view, state: 'Active' } }
    case 'recording.resumed':
      return { ...before, view: { ...view, state: 'Active' } }
    case 'recording.paused':
      return { ...before, view: { ...view, state: 'Paused' } }
    case 'recording.tagged':
      return { ...before, view: { ...view, tags: mergeTags(view.tags, tagEntries(event)) } }
    case 'recording.interrupted': {
      const { reason, lastSeenAt } = event.data
      return withHistories({ ...before, lastSeenAt }, (history) => captureEnded(history, reason))
    }
    case 'recording.wrapUpStarted': {
      const ended: RecordingView = {
        ...view,
        state: 'WrapUp',
        endedAt: endOf(before, event.at),
        wrapUp: { endsAt: event.data.endsAt },
      }
      // A recording that ends properly is listed, even if the daemon died before it was confirmed.
      return withHistories({ ...before, confirmed: true, view: ended }, (history) => history)
    }
    case 'recording.closed':
      return {
        ...before,
        view: {
          ...view,
          state: 'Closed',
          closedAt: latest(event.at, view.endedAt),
          wrapUp: null,
        },
      }
    case 'recording.consentRecorded':
    case 'recording.held':
    case 'recording.holdReleased':
    case 'recording.erasing':
      return { ...before, view: projectCustody(view, event) }
    case 'warning.raised':
    case 'warning.cleared': {
      const { medium } = event.data
      if (medium === undefined) return before
      const tracks = {
        ...view.tracks,
        [medium]: withWarning(view.tracks[medium] ?? TRACK_OFF, event),
      }
      return { ...before, view: { ...view, tracks } }
    }
    default:
      return isTrackEvent(event) ? withTrack(before, event) : before
  }
}

/**
 * Returns when capture ended. Earlier versions recovered a recording with a clock that had been set
 * back, so that the event says less than its media.
 */
function endOf({ view, trails, lastSeenAt }: RecordingProjection, at: string): string {
  const ends = Object.values(trails).flatMap((history) => history.map(({ endedAt }) => endedAt))
  return latest(at, view.startedAt, lastSeenAt ?? null, ...ends)
}

function isTrackEvent(event: LogEvent): event is TrackEvent {
  return event.type.startsWith('track.') || event.type.startsWith('segment.')
}

function withTrack(before: RecordingProjection, event: TrackEvent): RecordingProjection {
  const { medium } = event.data
  const { view, trails } = before
  const after = projectTrack(
    { track: view.tracks[medium] ?? TRACK_OFF, history: trails[medium] },
    event,
    view,
  )
  return {
    ...before,
    view: { ...view, tracks: { ...view.tracks, [medium]: after.track } },
    trails: after.history === trails[medium] ? trails : withTrail(trails, medium, after.history),
  }
}

function withTrail(
  trails: RecordingProjection['trails'],
  medium: Medium,
  history: SegmentHistory | undefined,
): RecordingProjection['trails'] {
  if (history !== undefined) return { ...trails, [medium]: history }
  const { [medium]: _, ...others } = trails
  return others
}

function withHistories(
  before: RecordingProjection,
  after: (history: SegmentHistory) => SegmentHistory,
): RecordingProjection {
  const { view } = before
  const trails = { ...before.trails }
  const tracks = { ...view.tracks }
  for (const medium of MEDIA) {
    const history = trails[medium]
    if (history === undefined) continue
    trails[medium] = after(history)
    tracks[medium] = withTotals(tracks[medium] ?? TRACK_OFF, trails[medium], view)
  }
  return { ...before, view: { ...view, tracks }, trails }
}

/** Returns the tags that an event sets, in its order. */
export function tagEntries(event: EventOf<'recording.tagged'>): TagEntry[] {
  const { at, by } = event
  return Object.entries(event.data.tags).map(([key, value]) => ({ key, value, at, by }))
}

/** Merges new tags into current ones. A key keeps its index, on which the index of tags relies. */
export function mergeTags(current: readonly TagEntry[], entries: readonly TagEntry[]): TagEntry[] {
  const tags = [...current]
  for (const entry of entries) {
    const at = tags.findIndex(({ key }) => key === entry.key)
    if (at === -1) tags.push(entry)
    else tags[at] = entry
  }
  return tags
}
