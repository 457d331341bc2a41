import type { EventOf, EventType, LogEvent } from '../../../contract/events.ts'
import { markerOf } from '../../../contract/marker.ts'
import { mediumName } from '../../record/medium-name.ts'
import { hasText, t } from '../texts/texts.ts'

/** The kind of an event, as a person sees it. */
export type EventKind = 'marker' | 'tag' | 'refusal' | 'warning' | 'course'

/** The events that say how a conversation went. All others are how the recorder did it. */
const OF_INTEREST: ReadonlySet<EventType> = new Set<EventType>([
  ...(['recording.started', 'recording.paused', 'recording.resumed', 'recording.tagged'] as const),
  ...(['recording.consentRecorded', 'recording.held', 'recording.holdReleased'] as const),
  ...(['recording.wrapUpStarted', 'recording.interrupted', 'recording.closed'] as const),
  ...(['command.refused', 'command.failed', 'warning.raised', 'warning.cleared'] as const),
  ...(['track.recovering', 'track.recovered', 'track.failed'] as const),
])

/** Whether an event says how the conversation went. */
export function isOfInterest(event: LogEvent): boolean {
  if (event.type === 'recording.tagged') return ownTags(event).length > 0
  return OF_INTEREST.has(event.type)
}

/** Returns the kind of an event. */
export function kindOf(event: LogEvent): EventKind {
  if (event.type === 'recording.tagged') {
    const isMarker = ownTags(event).some(([key, value]) => markerOf({ key, value }) !== null)
    return isMarker ? 'marker' : 'tag'
  }
  if (event.type === 'command.refused' || event.type === 'command.failed') return 'refusal'
  if (event.type === 'warning.raised' || event.type === 'track.failed') return 'warning'
  return event.type === 'track.recovering' ? 'warning' : 'course'
}

/** Returns the tags that somebody has set, without the recorder's own. */
export function ownTags({ data }: EventOf<'recording.tagged'>): [string, string][] {
  return Object.entries(data.tags)
    .filter(([key]) => !key.startsWith('system.'))
    .map(([key, value]) => [key, String(value)])
}

/** Says what happened, in the language of the page. */
export function eventText(event: LogEvent): string {
  if (event.type === 'recording.tagged') return tagsText(event)
  const key = `player.event.${event.type}`
  const text = hasText(key) ? t(key) : event.type
  const { data } = event
  const medium = 'medium' in data && data.medium ? `${mediumName(data.medium)}: ` : ''
  const command = 'command' in data ? `: ${t(`player.command.${data.command}`)}` : ''
  return `${medium}${text}${command}`
}

/** Returns the recorder's own words about an event, in English; '' when there are none. */
export function eventDetail({ data }: LogEvent): string {
  return 'detail' in data ? data.detail : ''
}

function tagsText(event: EventOf<'recording.tagged'>): string {
  const texts = ownTags(event).map(([key, value]) => {
    const marker = markerOf({ key, value })
    return marker ? marker.label || t('player.marker') : `${key}: ${value}`
  })
  return texts.length > 0 ? texts.join(', ') : t('player.event.recording.tagged')
}
