import type { EventOf, LogEvent } from '../../contract/events.ts'
import { type ClientSide, MEDIA, type Medium } from '../../contract/media.ts'
import type { RecordingView, TagEntry } from '../../contract/resources.ts'
import { measured, OFF, projectTrack, type TrackEvent, warned } from './track.ts'
import { captureEnded, type SegmentTrail } from './trail.ts'

/**
 * Raised whenever {@link project} tells the same events differently; the stored projections are
 * then made anew.
 */
export const PROJECTION_VERSION = 2

/**
 * A recording as its events tell it, with what clients do not see. Plain JSON, never changed in
 * place.
 */
export interface RecordingProjection {
  /** Positions of the recording's first and last event, refusals included. */
  first: number
  last: number
  /** False until `recording.started`: not listed yet. */
  confirmed: boolean
  view: RecordingView
  trails: Partial<Record<Medium, SegmentTrail>>
}

/**
 * The recording after an event; undefined when it is not there (any more): nobody has seen
 * `recording.starting`, or its start was rolled back. Pure.
 */
export function project(
  before: RecordingProjection | undefined,
  event: LogEvent,
): RecordingProjection | undefined {
  if (event.type === 'recording.starting') return begin(event)
  if (before === undefined || event.type === 'recording.startFailed') return undefined
  if (event.type === 'command.refused') return { ...before, last: event.position }
  const after = evolve(before, event)
  return {
    ...after,
    last: event.position,
    view: { ...after.view, version: event.version ?? after.view.version },
  }
}

function begin(event: EventOf<'recording.starting'>): RecordingProjection {
  const version = event.version ?? 1
  const starting = new Set(event.data.media)
  const startedAt = event.at
  return {
    // What came before in the recording's own count (its command) stands right before it, in the
    // same batch.
    first: event.position - (version - 1),
    last: event.position,
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
            ? measured({ ...OFF, state: 'starting' }, [], { startedAt, endedAt: null })
            : OFF,
        ]),
      ),
      tags: [],
      wrapUp: null,
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
      return { ...before, view: { ...view, tags: retagged(view.tags, tagEntries(event)) } }
    case 'recording.interrupted':
      return withTrails(before, (trail) => captureEnded(trail, event.data.reason))
    case 'recording.wrapUpStarted': {
      const ended: RecordingView = {
        ...view,
        state: 'WrapUp',
        endedAt: event.at,
        wrapUp: { endsAt: event.data.endsAt },
      }
      // Whatever comes to its end properly has been: it is listed even if the daemon died before it
      // was confirmed.
      return withTrails({ ...before, confirmed: true, view: ended }, (trail) => trail)
    }
    case 'recording.closed':
      return { ...before, view: { ...view, state: 'Closed', closedAt: event.at, wrapUp: null } }
    case 'warning.raised':
    case 'warning.cleared': {
      const { medium } = event.data
      if (medium === undefined) return before
      const tracks = { ...view.tracks, [medium]: warned(view.tracks[medium] ?? OFF, event) }
      return { ...before, view: { ...view, tracks } }
    }
    default:
      return isTrackEvent(event) ? withTrack(before, event) : before
  }
}

function isTrackEvent(event: LogEvent): event is TrackEvent {
  return event.type.startsWith('track.') || event.type.startsWith('segment.')
}

function withTrack(before: RecordingProjection, event: TrackEvent): RecordingProjection {
  const { medium } = event.data
  const { view, trails } = before
  const after = projectTrack(
    { track: view.tracks[medium] ?? OFF, trail: trails[medium] },
    event,
    view,
  )
  const { [medium]: _, ...others } = trails
  return {
    ...before,
    view: { ...view, tracks: { ...view.tracks, [medium]: after.track } },
    trails: after.trail === undefined ? others : { ...trails, [medium]: after.trail },
  }
}

function withTrails(
  before: RecordingProjection,
  after: (trail: SegmentTrail) => SegmentTrail,
): RecordingProjection {
  const { view } = before
  const trails = { ...before.trails }
  const tracks = { ...view.tracks }
  for (const medium of MEDIA) {
    const trail = trails[medium]
    if (trail === undefined) continue
    trails[medium] = after(trail)
    tracks[medium] = measured(tracks[medium] ?? OFF, trails[medium], view)
  }
  return { ...before, view: { ...view, tracks }, trails }
}

/** The tags that an event sets, in its order. */
export function tagEntries(event: EventOf<'recording.tagged'>): TagEntry[] {
  const { at, by } = event
  return Object.entries(event.data.tags).map(([key, value]) => ({ key, value, at, by }))
}

/** A key keeps the place at which it was first set; the index of tags relies on it. */
function retagged(current: readonly TagEntry[], entries: readonly TagEntry[]): TagEntry[] {
  const tags = [...current]
  for (const entry of entries) {
    const at = tags.findIndex(({ key }) => key === entry.key)
    if (at === -1) tags.push(entry)
    else tags[at] = entry
  }
  return tags
}
