/** The schemas of the events of the log. */
import * as z from 'zod'
import { EVENT_TYPES } from '../../contract/event-types.ts'
import type { EventType } from '../../contract/events.ts'
import { EVENT_DATA } from './event-data.ts'
import { by, id, time } from './parts.ts'

/** The members that every event has. */
export const eventBase = z.object({
  position: z.int().min(1).describe('Counts the whole log without a gap'),
  recordingId: id.nullable().describe('Null for an event that belongs to no recording'),
  version: z.int().nullable().describe('The number of the recording’s own facts'),
  at: time,
  by,
  commandId: z.string().nullable().describe('The command that caused the event'),
})

function eventOf(type: EventType) {
  return eventBase.extend({ type: z.literal(type), data: EVENT_DATA[type] })
}

/** The schema of each type of event. */
export const EVENTS = EVENT_TYPES.map((type) => [type, eventOf(type)] as const)

/** The schema of an event. */
export const event = z
  .discriminatedUnion('type', EVENTS.map(([, schema]) => schema) as [ReturnType<typeof eventOf>])
  .describe('An event of the log. A later version may add types and fields.')
