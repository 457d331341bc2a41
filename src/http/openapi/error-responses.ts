import { ERRORS, type ErrorCode, RecorderError } from '../../contract/errors.ts'
import { type Problem, toProblem } from '../answers/problem.ts'
import { answersJson, type Route } from '../route.ts'
import { ERROR_EXAMPLES } from './error-examples.ts'
import { type Json, refTo } from './schemas.ts'

/** Returns every code that a route can answer with. */
export function errorCodesOf(route: Route): ErrorCode[] {
  const codes: ErrorCode[] = ['FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN', 'INVALID_REQUEST', 'INTERNAL']
  // While the log is opened, no route can answer.
  codes.push('METHOD_NOT_ALLOWED', 'EXPECTATION_FAILED', 'NOT_READY', ...UNREAD)
  if (route.scope !== null)
    codes.push('UNAUTHENTICATED', 'RATE_LIMITED', 'TOO_MANY_CONNECTIONS', 'FORBIDDEN_SCOPE')
  if (route.body !== undefined)
    codes.push('INVALID_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  if (answersJson(route)) codes.push('NOT_ACCEPTABLE')
  if (route.outcomes.some(({ status }) => status === 206)) codes.push('RANGE_NOT_SATISFIABLE')
  return [...new Set([...codes, ...(route.errors ?? [])])]
}

/**
 * The names of responses with several codes. One that is not here is called after the first
 * operation that has it.
 */
const NAMES: Record<string, readonly ErrorCode[]> = {
  InvalidBody: ['INVALID_JSON', 'INVALID_REQUEST'],
  Forbidden: ['FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN', 'FORBIDDEN_SCOPE'],
  ForbiddenCaller: ['FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN'],
  NoSuchRecording: ['NO_CURRENT_RECORDING', 'RECORDING_NOT_FOUND'],
  NoSuchFile: ['NOT_FOUND', 'NO_CURRENT_RECORDING', 'RECORDING_NOT_FOUND'],
  StartConflict: ['ALREADY_RECORDING', 'CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'IN_FLIGHT'],
  CommandConflict: [
    ...(['CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'INVALID_STATE', 'IN_FLIGHT'] as const),
    'RECORDING_CLOSED',
  ],
  ConsentConflict: [
    ...(['CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'INVALID_STATE', 'IN_FLIGHT'] as const),
  ],
  TagConflict: [
    ...(['CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'INVALID_STATE', 'IN_FLIGHT'] as const),
    ...(['RECORDING_CLOSED', 'TAG_LIMIT'] as const),
  ],
  CommandFailed: ['INTERRUPTED', 'NOT_READY', 'STORAGE_UNAVAILABLE'],
  CaptureCommandFailed: [
    ...(['CAPTURE_FAILED', 'DEVICE_UNAVAILABLE', 'INTERRUPTED', 'NOT_READY'] as const),
    'STORAGE_UNAVAILABLE',
  ],
  TooManyRequests: ['RATE_LIMITED', 'TOO_MANY_CONNECTIONS'],
  TooManyRequestsOrStreams: ['RATE_LIMITED', 'TOO_MANY_CONNECTIONS', 'TOO_MANY_STREAMS'],
  ExportUnavailable: ['EXPORT_FAILED', 'NOT_READY'],
  LogUnavailable: ['NOT_READY', 'STORAGE_UNAVAILABLE'],
}

/**
 * Errors of requests that end before anything of them is known: neither an id nor what they accept.
 */
const UNREAD: readonly ErrorCode[] = ['REQUEST_TIMEOUT', 'HEADERS_TOO_LARGE']

const HEADERS: Partial<Record<ErrorCode, string>> = {
  IN_FLIGHT: 'Retry-After',
  METHOD_NOT_ALLOWED: 'Allow',
  NOT_READY: 'Retry-After',
  RANGE_NOT_SATISFIABLE: 'Content-Range',
  RATE_LIMITED: 'Retry-After',
  TOO_MANY_CONNECTIONS: 'Retry-After',
  TOO_MANY_STREAMS: 'Retry-After',
  UNAUTHENTICATED: 'WWW-Authenticate',
}

function pascalCase(code: ErrorCode): string {
  return code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Returns the document of an error as an example. */
export function exampleProblem(code: ErrorCode): Problem {
  const { detail, ...members } = ERROR_EXAMPLES[code]
  return toProblem(new RecorderError(code, detail, { members }))
}

function responseOf(codes: readonly ErrorCode[]): Json {
  const schema = {
    allOf: [
      refTo('schemas', 'Problem'),
      { type: 'object', properties: { code: { type: 'string', enum: codes } } },
    ],
  }
  const isUnread = codes.every((code) => UNREAD.includes(code))
  const headers = [
    ...(isUnread ? [] : ['X-Request-Id']),
    ...codes.flatMap((code) => HEADERS[code] ?? []),
  ]
  return {
    description: codes
      .map((code) => `\`${code}\`: ${ERRORS[code][1]} ${ERRORS[code][2]}`)
      .join('\n\n'),
    headers: Object.fromEntries(headers.map((name) => [name, refTo('headers', name)])),
    content: {
      'application/problem+json': {
        schema,
        examples: Object.fromEntries(codes.map((code) => [code, refTo('examples', code)])),
      },
      ...(isUnread ? {} : { 'application/json': { schema } }),
    },
  }
}

/** The error responses of a document: each set of codes is described once, and referred to. */
export class ErrorResponses {
  readonly #names = new Map<string, string>(
    Object.entries(NAMES).map(([name, codes]) => [codes.toSorted().join(), name]),
  )
  readonly #components: Record<string, Json> = {}

  /** Returns references to the error responses of a route, by status. */
  of(route: Route): Json {
    const byStatus = new Map<number, ErrorCode[]>()
    for (const code of errorCodesOf(route)) {
      const status = ERRORS[code][0]
      byStatus.set(status, [...(byStatus.get(status) ?? []), code])
    }
    return Object.fromEntries(
      [...byStatus].map(([status, codes]) => {
        const name = this.#nameOf(codes.sort(), `${route.operationId}${status}`)
        this.#components[name] ??= responseOf(codes)
        return [status, refTo('responses', name)]
      }),
    )
  }

  /** Returns the components that the references name. */
  components(): Json {
    return this.#components
  }

  #nameOf(codes: readonly ErrorCode[], fallback: string): string {
    if (codes.length === 1) return pascalCase(codes[0]!)
    const key = codes.join()
    const name = this.#names.get(key) ?? fallback
    this.#names.set(key, name)
    return name
  }
}

/** Returns an example of every error, by code. */
export function errorExampleComponents(): Json {
  return Object.fromEntries(
    (Object.keys(ERRORS) as ErrorCode[]).map((code) => [
      code,
      { summary: ERRORS[code][1], value: exampleProblem(code) },
    ]),
  )
}
