import type { EventData, EventType, LogEvent } from '../../contract/events.ts'
import { isSealedValue } from '../../custody/values.ts'

type SealedMembers = { readonly [T in EventType]: readonly (keyof EventData[T])[] }

/**
 * The members of each event that are about a person, and are stored sealed. All others are stored
 * as plain text. For a new event decide which of its members hold a name, a device or what somebody
 * has written. `tags` stands for the value of each tag; the keys of tags are not sealed.
 */
const SEALED_MEMBERS: SealedMembers = {
  'daemon.started': [],
  'daemon.stopped': [],
  'command.accepted': [],
  'command.completed': [],
  'command.failed': ['detail'],
  'command.refused': ['detail'],
  'recording.starting': [],
  'recording.started': [],
  'recording.startFailed': ['detail'],
  'recording.paused': [],
  'recording.resumed': [],
  'recording.tagged': ['tags'],
  'recording.wrapUpStarted': [],
  'recording.interrupted': [],
  'recording.closed': [],
  'recording.consentRecorded': ['note'],
  'recording.held': ['reason'],
  'recording.holdReleased': ['reason'],
  'recording.erasing': [],
  'recording.erased': [],
  'recording.accessed': [],
  'track.starting': ['device'],
  'track.started': [],
  'track.pausing': [],
  'track.paused': [],
  'track.pauseLimited': [],
  'track.resuming': ['device'],
  'track.resumed': [],
  'track.recovering': ['detail'],
  'track.recovered': [],
  'track.stopping': [],
  'track.stopped': [],
  'track.failed': ['detail'],
  'segment.opened': ['device'],
  'segment.closed': [],
  'segment.discarded': [],
  'log.reopened': [],
  'log.witnessLost': [],
  'log.viewsRebuilt': [],
  'warning.raised': ['detail'],
  'warning.cleared': [],
  'clock.stepped': [],
  'machine.slept': [],
  'token.created': [],
  'token.revoked': [],
  'recordings.searched': [],
  'page.opened': [],
  'credentials.refused': [],
  'rules.changed': [],
  'retention.checked': [],
  'clock.confirmed': [],
  'retention.confirmed': [],
  'keys.rotated': [],
  'signingKey.changed': [],
  'desktop.locked': [],
  'desktop.unlocked': [],
}

/** Returns the sealed members of a type; none of one that only a later version knows. */
function sealedMembers(type: EventType): readonly string[] {
  return SEALED_MEMBERS[type] ?? []
}

/** Whether events of a type have members that are stored sealed. */
export const hasSealedMembers = (type: EventType): boolean => sealedMembers(type).length > 0

type Replace = (member: string, value: unknown) => unknown

/**
 * Returns the event with each member that is stored sealed replaced; the same event when it has
 * none. `member` is its path, such as `tags.customer`.
 */
export function mapSealedMembers(event: LogEvent, replace: Replace): LogEvent {
  const members = sealedMembers(event.type)
  if (members.length === 0) return event
  const data: Record<string, unknown> = { ...event.data }
  for (const member of members) {
    if (data[member] === undefined) continue
    data[member] =
      member === 'tags'
        ? mapTags(data.tags as Record<string, unknown>, replace)
        : replace(member, data[member])
  }
  return { ...event, data } as LogEvent
}

/**
 * Whether the sealed values of a stored event say that they are of this event. Views hold values
 * without their events, so one that was moved here would be opened as the older one that it is.
 */
export function hasOwnValues(event: LogEvent): boolean {
  for (const member of sealedMembers(event.type)) {
    const found = (event.data as Record<string, unknown>)[member]
    for (const value of member === 'tags' ? Object.values(found as object) : [found])
      if (!isOwnValue(value, event.position)) return false
  }
  return true
}

/** Whether a value is not sealed, or says that it is of the event at a position. */
export function isOwnValue(value: unknown, position: number): boolean {
  return !isSealedValue(value) || value.at === position
}

function mapTags(tags: Record<string, unknown>, replace: Replace): Record<string, unknown> {
  const replaced: Record<string, unknown> = {}
  for (const key of Object.keys(tags)) replaced[key] = replace(memberOfTag(key), tags[key])
  return replaced
}

/** Returns the path of a tag's value. */
export const memberOfTag = (key: string): string => `tags.${key}`
