import * as z from 'zod'
import { ANSWERS, scope } from '../schemas/answers.ts'
import { EVENTS } from '../schemas/event-answer.ts'
import { errorCode, gapReason, level, medium, time, warningCode } from '../schemas/parts.ts'
import { allowedCommands, recordingState, trackState } from '../schemas/recording-answer.ts'
import { REQUESTS } from '../schemas/request-bodies.ts'

/** A part of the document. */
export type Json = Record<string, unknown>

const SHARED = {
  AllowedCommands: allowedCommands,
  ErrorCode: errorCode,
  GapReason: gapReason,
  Level: level,
  Medium: medium,
  RecordingState: recordingState,
  Scope: scope,
  Time: time,
  TrackState: trackState,
  WarningCode: warningCode,
}

/** Returns the name of an event's schema, such as `TrackPausedEvent` for `track.paused`. */
function eventSchemaName(type: string): string {
  return `${type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())}Event`
}

const NAMED: [name: string, schema: z.ZodType][] = Object.entries({
  ...ANSWERS,
  ...REQUESTS,
  ...SHARED,
  ...Object.fromEntries(EVENTS.map(([type, schema]) => [eventSchemaName(type), schema])),
})

const NAMES = new Map<z.ZodType, string>(NAMED.map(([name, schema]) => [schema, name]))

/** Returns the reference to a component. */
export function refTo(kind: string, name: string): Json {
  return { $ref: `#/components/${kind}/${name}` }
}

/** Returns a reference to a named schema, or the schema itself. */
export function schemaOrRef(schema: z.ZodType): Json {
  const name = NAMES.get(schema)
  return name === undefined ? schemaOf(schema) : refTo('schemas', name)
}

/**
 * Returns the JSON Schema of a schema's input side: fields with defaults are optional, and answers
 * may have more fields.
 */
export function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as Json
  return json
}

/** Returns the schemas of all requests, answers and events, by name. */
export function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of NAMED) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  })
  const named = Object.entries(schemas).map(([id, { $schema: _, $id: __, ...json }]) => [id, json])
  return withEvents(Object.fromEntries(named))
}

/** Moves what all events share into `EventBase`, and adds the discriminator. */
function withEvents(schemas: Record<string, Json>): Json {
  const mapping: Record<string, string> = {}
  for (const [type] of EVENTS) {
    const name = eventSchemaName(type)
    const { properties } = schemas[name] as { properties: Json }
    mapping[type] = `#/components/schemas/${name}`
    schemas[name] = {
      allOf: [
        refTo('schemas', 'EventBase'),
        {
          type: 'object',
          properties: { type: properties.type, data: properties.data },
          required: ['type', 'data'],
        },
      ],
    }
  }
  schemas.Event = { ...schemas.Event, discriminator: { propertyName: 'type', mapping } }
  return schemas
}
