import type { EventType, LogEvent } from '../../contract/events.ts'
import { isSealedValue } from '../../custody/values.ts'

/**
 * The members of each event that are about a person, and are stored sealed. `tags` stands for the
 * value of each tag; the keys of tags are not sealed.
 */
const SEALED_MEMBERS: Partial<Record<EventType, readonly string[]>> = {
  'command.failed': ['detail'],
  'command.refused': ['detail'],
  'recording.startFailed': ['detail'],
  'recording.tagged': ['tags'],
  'recording.consentRecorded': ['note'],
  'recording.held': ['reason'],
  'recording.holdReleased': ['reason'],
  'track.starting': ['device'],
  'track.resuming': ['device'],
  'track.recovering': ['detail'],
  'track.failed': ['detail'],
  'segment.opened': ['device'],
  'warning.raised': ['detail'],
}

/** Whether events of a type have members that are stored sealed. */
export const hasSealedMembers = (type: EventType): boolean => SEALED_MEMBERS[type] !== undefined

type Replace = (member: string, value: unknown) => unknown

/**
 * Returns the event with each member that is stored sealed replaced; the same event when it has
 * none. `member` is its path, such as `tags.customer`.
 */
export function mapSealedMembers(event: LogEvent, replace: Replace): LogEvent {
  const members = SEALED_MEMBERS[event.type]
  if (members === undefined) return event
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
  for (const member of SEALED_MEMBERS[event.type] ?? []) {
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
