import * as z from 'zod'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import { answersJson, type HeaderName, type Route, type RouteResponse } from './route.ts'
import { ANSWERS } from './schemas/answers.ts'
import { pathId } from './schemas/requests.ts'

type Json = Record<string, unknown>

const HEADERS: Record<HeaderName, string> = {
  'Accept-Ranges': '`bytes`',
  'Content-Range': 'The part of the file that the answer contains',
  ETag: 'For a recording its version in quotes, for `If-Match`; for a file its SHA-256',
  'F2F-Challenge': '32 random bytes as base64url, 43 characters',
  'F2F-Proof': 'The proof that this is the daemon of the home, for `F2F-Challenge`',
  'Idempotency-Key':
    '1 to 128 visible ASCII characters, kept for 24 h per client. The same key and body get the first 2xx answer again.',
  'If-Match': 'The ETag that the recording must have',
  'If-None-Match': 'The ETag of the file that the client has',
  'If-Range': 'The ETag of the file that the client has in part',
  'Last-Event-ID': 'The position of the last event that the client has',
  Location: 'The URL of the new resource, or the URL to open next',
  Range: 'One range of bytes. A request for several gets the whole file.',
  'Repr-Digest': 'SHA-256 of the whole file (RFC 9530)',
  'Set-Cookie': 'The session',
}

const PATH_PARAMETERS: Record<string, Json> = {
  id: schemaOf(pathId),
  medium: { type: 'string', enum: ['mic', 'speaker', 'screen'] },
  number: { type: 'integer', minimum: 1 },
  tokenId: { type: 'string' },
  code: { type: 'string' },
}

/**
 * Returns the JSON Schema of a schema's input side: fields with defaults are optional, and answers
 * may have more fields.
 */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as Json
  return json
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(ANSWERS)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  )
}

const NAMES = new Map<z.ZodType, string>(
  Object.entries(ANSWERS).map(([name, schema]) => [schema, name]),
)

function contentOf(content: RouteResponse['content']): Json {
  if (content === undefined) return {}
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    schema === null ? {} : { schema: { $ref: `#/components/schemas/${NAMES.get(schema)}` } },
  ])
  return { content: Object.fromEntries(media) }
}

function answerHeaders(names: readonly HeaderName[]): Json {
  const headers: [string, Json][] = names.map((name) => [
    name,
    { description: HEADERS[name], schema: { type: 'string' } },
  ])
  headers.push([
    'X-Request-Id',
    { description: 'Identifies the request in the recorder’s log', schema: { type: 'string' } },
  ])
  return Object.fromEntries(headers)
}

/** Returns every code that a route can answer with. */
export function errorCodesOf(route: Route): ErrorCode[] {
  const codes: ErrorCode[] = ['FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN', 'INVALID_REQUEST', 'INTERNAL']
  codes.push('EXPECTATION_FAILED')
  if (route.scope !== null) codes.push('UNAUTHENTICATED', 'RATE_LIMITED', 'FORBIDDEN_SCOPE')
  if (route.body !== undefined)
    codes.push('INVALID_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  if (answersJson(route)) codes.push('NOT_ACCEPTABLE')
  return [...new Set([...codes, ...(route.errors ?? [])])]
}

const ERROR_HEADERS: Partial<Record<number, [name: string, description: string]>> = {
  401: ['WWW-Authenticate', 'How to authenticate'],
  429: ['Retry-After', 'Seconds to wait'],
}

function errorResponses(route: Route): Json {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of errorCodesOf(route)) {
    const status = ERRORS[code][0]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const responses = [...byStatus].map(([status, codes]) => {
    const header = ERROR_HEADERS[status]
    const schema = {
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        { properties: { code: { type: 'string', enum: codes } } },
      ],
    }
    const response = {
      description: codes.map((code) => ERRORS[code][1]).join(' '),
      ...(header === undefined
        ? {}
        : { headers: { [header[0]]: { description: header[1], schema: { type: 'string' } } } }),
      content: { 'application/problem+json': { schema }, 'application/json': { schema } },
    }
    return [String(status), response]
  })
  return Object.fromEntries(responses)
}

function parametersOf(route: Route): Json[] {
  const parameters: Json[] = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: PATH_PARAMETERS[name],
  }))
  if (route.query !== undefined) {
    const { properties } = schemaOf(route.query) as { properties: Record<string, Json> }
    for (const [name, schema] of Object.entries(properties)) {
      parameters.push({ name, in: 'query', required: false, schema })
    }
  }
  for (const name of route.requestHeaders ?? []) {
    parameters.push({
      name,
      in: 'header',
      required: false,
      description: HEADERS[name],
      schema: { type: 'string' },
    })
  }
  return parameters
}

function operationOf(route: Route): Json {
  const outcomes = route.outcomes.map(({ status, description, content, headers = [] }) => [
    String(status),
    { description, headers: answerHeaders(headers), ...contentOf(content) },
  ])
  const body = route.body === undefined ? undefined : schemaOf(route.body)
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.scope === null ? [] : [{ token: [route.scope] }, { session: [route.scope] }],
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: 'required' in body,
            content: { 'application/json': { schema: body } },
          },
        }),
    responses: { ...Object.fromEntries(outcomes), ...errorResponses(route) },
  }
}

/** Converts a path to OpenAPI's notation. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

/** Describes the routes as OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function openApiOf(
  routes: readonly Route[],
  daemon: { version: string; url: string; cookieName: string },
): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = openApiPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Face-to-Face Interaction Recorder',
      version: daemon.version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: [
        'Every GET route also answers HEAD. A method that a path does not support gets 405 `METHOD_NOT_ALLOWED` with `Allow`.',
        'An unknown path gets 404 `NOT_FOUND`. All errors are problem documents (RFC 9457), sent as `application/json` where `Accept` names only that.',
      ].join(' '),
    },
    servers: [{ url: daemon.url }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'API side: the home token, or a token from POST /v1/tokens',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: daemon.cookieName,
          description:
            'UI side: the recorder’s own page. Requests that change state need its Origin.',
        },
      },
    },
  }
}
