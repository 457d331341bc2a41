import type { Logger } from 'pino'
import { ERRORS, type ErrorCode, RecorderError } from '../../contract/errors.ts'
import type { HttpContext } from '../context.ts'
import { acceptedType } from './accepted-type.ts'
import { sendText } from './send-answer.ts'

/** Thrown when the client disconnected, so that nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** An error as clients see it: RFC 9457 with `code`. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  remedy: string
  [member: string]: unknown
}

/**
 * Converts an error to its problem document. An error that is not a RecorderError becomes INTERNAL,
 * which shows nothing of it.
 */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof RecorderError)) {
    return toProblem(
      new RecorderError(
        'INTERNAL',
        'An unexpected error occurred. The recorder’s log has the details.',
      ),
    )
  }
  const [status, title, remedy] = ERRORS[error.code]
  return {
    ...error.members,
    type: `urn:f2f:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    remedy,
  }
}

const UPGRADE: readonly string[] = ['Upgrade', 'websocket', 'Sec-WebSocket-Version', '13']
const RETRY_SOON: readonly string[] = ['Retry-After', '1']

/** Returns the headers that belong to a problem, names and values alternating. */
export function headersOf(problem: Problem): readonly string[] {
  switch (problem.code) {
    case 'UNAUTHENTICATED':
      return ['WWW-Authenticate', 'Bearer realm="f2f"']
    case 'METHOD_NOT_ALLOWED':
      return ['Allow', (problem.allow as string[]).join(', ')]
    case 'UPGRADE_REQUIRED':
      return UPGRADE
    case 'RATE_LIMITED':
    case 'TOO_MANY_CONNECTIONS':
    case 'TOO_MANY_STREAMS':
      return ['Retry-After', String(problem.retryAfterSeconds)]
    case 'RANGE_NOT_SATISFIABLE':
      return ['Accept-Ranges', 'bytes', 'Content-Range', `bytes */${problem.bytes}`]
    case 'IN_FLIGHT':
    case 'NOT_READY':
      return RETRY_SOON
    default:
      return []
  }
}

/** Answers with the problem document of an error, and logs an unexpected error. */
export function sendProblem(ctx: HttpContext, error: unknown, logger: Logger): void {
  if (error instanceof ClientGone) {
    ctx.respond = false
    return
  }
  const problem = toProblem(error)
  ctx.state.code = problem.code
  if (problem.code === 'INTERNAL')
    logger.error({ requestId: ctx.state.requestId, err: error }, 'request failed')
  if (ctx.res.headersSent) {
    // The answer has begun. Breaking it off is the only way to show that it is incomplete.
    ctx.respond = false
    ctx.res.destroy()
    return
  }
  // A client gets application/json only if it accepts that but not application/problem+json.
  const plain =
    acceptedType(ctx, 'application/problem+json') === undefined &&
    acceptedType(ctx, 'application/json') !== undefined
  sendText(
    ctx,
    problem.status,
    plain ? 'application/json' : 'application/problem+json',
    JSON.stringify(problem),
    headersOf(problem),
  )
}
