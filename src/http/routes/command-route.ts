import type * as z from 'zod'
import type { Scope } from '../../access/scopes.ts'
import type { Command, CommandName, CommandRequests } from '../../contract/commands.ts'
import { type ErrorCode, RecorderError } from '../../contract/errors.ts'
import { sendJson } from '../answers/send-answer.ts'
import type { Tag } from '../openapi/tags.ts'
import { refuseCardNumbers } from '../requests/card-numbers.ts'
import { expectedVersionOf, idempotencyOf } from '../requests/command-headers.ts'
import {
  defineRoute,
  type Exchange,
  type HeaderName,
  type Route,
  type RouteResponse,
} from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** The codes that any command can answer with. */
const COMMAND_ERRORS: readonly ErrorCode[] = [
  'CONTROL_HELD_BY_API',
  'CONTROL_HELD_BY_UI',
  'IN_FLIGHT',
  'IDEMPOTENCY_MISMATCH',
  'ERASED',
  'KEY_UNAVAILABLE',
  'NOT_READY',
  'INTERRUPTED',
  'STORAGE_UNAVAILABLE',
  'LOG_DAMAGED',
  'STORAGE_FULL',
]
/** The further codes of commands that start media. */
export const CAPTURE_ERRORS: readonly ErrorCode[] = ['DEVICE_UNAVAILABLE', 'CAPTURE_FAILED']
/** The further codes of commands on an existing recording. */
export const RECORDING_ERRORS: readonly ErrorCode[] = [
  'RECORDING_NOT_FOUND',
  'NO_CURRENT_RECORDING',
  'INVALID_STATE',
  'RECORDING_CLOSED',
  'VERSION_MISMATCH',
]

/** Describes the route of a command. */
export interface CommandRoute<N extends CommandName, Body extends z.ZodType> {
  name: N
  path: string
  operationId: string
  summary: string
  description: string
  scope: Scope
  body: Body
  request(body: z.output<Body>, params: Exchange['params']): CommandRequests[N]
  /** The group of operations that it belongs to; default: Commands. */
  tag?: Tag
  /** The path of what a 201 has created; default: the recording. */
  location?(recordingId: string): string
  outcome: RouteResponse
  errors: readonly ErrorCode[]
}

/** Returns the route of a command. */
export function commandRoute<N extends CommandName, Body extends z.ZodType>(
  { recorder, user, isRunning, configuration }: Services,
  definition: CommandRoute<N, Body>,
): Route {
  const isOnRecording = definition.path.includes(':id')
  const requestHeaders: HeaderName[] = isOnRecording
    ? ['Idempotency-Key', 'If-Match']
    : ['Idempotency-Key']

  function commandOf({
    ctx,
    credential,
    params,
    body,
    sent,
  }: Exchange<unknown, z.output<Body>>): Command {
    const { side, client, clientId } = credential
    if (!configuration.tags.allowCardNumbers.value) refuseCardNumbers(body as object)
    const idempotency = idempotencyOf(ctx.req, clientId, ctx.path, sent)
    const expectedVersion = isOnRecording ? expectedVersionOf(ctx.req) : undefined
    return {
      name: definition.name,
      recordingId: params.id ?? null,
      request: definition.request(body, params),
      by: { side, client, user },
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      ...(idempotency === undefined ? {} : { idempotency }),
    } as Command
  }

  return defineRoute({
    method: 'POST',
    path: definition.path,
    operationId: definition.operationId,
    tag: definition.tag ?? 'Commands',
    summary: definition.summary,
    description: `${definition.description} Answers once the outcome is confirmed and durable. A client that disconnects cancels nothing.`,
    scope: definition.scope,
    changesState: true,
    body: definition.body,
    requestHeaders,
    outcomes: [definition.outcome],
    errors: [...COMMAND_ERRORS, ...definition.errors],
    async onScopeMissing({ credential: { side, client }, params, detail }) {
      const by = { side, client, user }
      const recordingId = params.id ?? null
      await recorder.recordScopeRefusal({ name: definition.name, recordingId, by, detail })
    },
    async handle(exchange: Exchange<unknown, z.output<Body>>) {
      const command = commandOf(exchange)
      if (!isRunning()) throw new RecorderError('NOT_READY', 'The recorder is stopping.')
      const { status, body } = await recorder.dispatch(command)
      const { id, version } = body as { id: string; version: number }
      const headers = ['ETag', `"${version}"`]
      const { location = (of: string) => `/v1/recordings/${of}` } = definition
      if (status === 201) headers.push('Location', location(id))
      sendJson(exchange.ctx, status, body, headers)
    },
  })
}

/** The outcome of most commands: the recording. */
export const RECORDING_OUTCOME: RouteResponse = {
  status: 200,
  description: 'The recording as it is now',
  content: { 'application/json': ANSWERS.Recording },
  headers: ['ETag'],
}
