import type * as z from 'zod'
import type { Route, RouteResponse } from '../route.ts'
import type { ErrorResponses } from './error-responses.ts'
import { CSV_EXAMPLES } from './examples/audit.ts'
import { REQUEST_EXAMPLES, RESPONSE_EXAMPLES } from './examples/examples.ts'
import { answerHeaders } from './headers.ts'
import { parametersOf } from './parameters.ts'
import { type Json, refTo, schemaOrRef } from './schemas.ts'

const FILE = { type: 'string', format: 'binary' }
const TEXT = { type: 'string' }

/** The messages of the event stream by the name in `event:`; any other one is of the log. */
const STREAM_MESSAGES = {
  event: refTo('schemas', 'Event'),
  log: refTo('schemas', 'LogMessage'),
  level: refTo('schemas', 'LevelMessage'),
  export: refTo('schemas', 'ExportMessage'),
}

function contentOf(type: string, schema: z.ZodType | null, example: unknown): Json {
  const shown = example === undefined ? {} : { example }
  if (schema !== null) return { schema: schemaOrRef(schema), ...shown }
  if (!/^text\/|\+json$/.test(type)) return { schema: FILE }
  const messages = type === 'text/event-stream' ? { 'x-messages': STREAM_MESSAGES } : {}
  return { schema: TEXT, ...messages, ...shown }
}

function successOf(operationId: string, response: RouteResponse): Json {
  const { description, content, headers = [] } = response
  const example = RESPONSE_EXAMPLES[operationId]
  const types = Object.entries(content ?? {}).map(([type, schema]) => [
    type,
    contentOf(type, schema, type === 'text/csv' ? CSV_EXAMPLES[operationId] : example),
  ])
  return {
    description,
    headers: answerHeaders(headers),
    ...(content === undefined ? {} : { content: Object.fromEntries(types) }),
  }
}

function requestBodyOf({ operationId, body }: Route): Json {
  if (body === undefined) return {}
  const isRequired = !body.safeParse({}).success
  const example = REQUEST_EXAMPLES[operationId]
  const content = {
    schema: schemaOrRef(body),
    ...(example === undefined ? {} : { example }),
  }
  return { requestBody: { required: isRequired, content: { 'application/json': content } } }
}

/** Describes a route as an operation. */
export function operationOf(route: Route, errors: ErrorResponses): Json {
  const { operationId, scope } = route
  const outcomes = route.outcomes.map((outcome) => [
    outcome.status,
    successOf(operationId, outcome),
  ])
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    security: scope === null ? [] : [{ token: [scope] }, { session: [scope] }],
    parameters: parametersOf(route),
    ...requestBodyOf(route),
    responses: { ...Object.fromEntries(outcomes), ...errors.of(route) },
  }
}
