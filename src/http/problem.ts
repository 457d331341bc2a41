import type { Logger } from 'pino'
import { ERRORS, type ErrorCode, RecorderError } from '../contract/errors.ts'
import { sendText } from './answer.ts'
import type { HttpContext } from './context.ts'

/** The client went away before its request was whole: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** An error as clients read it (RFC 9457 and `code`). */
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
 * The problem document of an error. What is not a RecorderError is INTERNAL, and nothing of it is
 * shown.
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

const UNAVAILABLE: readonly string[] = ['Retry-After', '1']

function headersOf(problem: Problem): readonly string[] {
  switch (problem.code) {
    case 'UNAUTHENTICATED':
      return ['WWW-Authenticate', 'Bearer realm="f2f"']
    case 'METHOD_NOT_ALLOWED':
      return ['Allow', (problem.allow as string[]).join(', ')]
    case 'RATE_LIMITED':
      return ['Retry-After', String(problem.retryAfterSeconds)]
    case 'IN_FLIGHT':
    case 'NOT_READY':
      return UNAVAILABLE
    default:
      return []
  }
}

/** The one funnel of errors: answers with the problem document, and logs what nobody expected. */
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
    // The answer is under way: cutting it off is the only way left to say that it is not whole.
    ctx.respond = false
    ctx.res.destroy()
    return
  }
  // Only who names application/json and nothing that admits the better type gets that.
  const plain = !ctx.accepts('application/problem+json') && ctx.accepts('application/json')
  sendText(
    ctx,
    problem.status,
    plain ? 'application/json' : 'application/problem+json',
    JSON.stringify(problem),
    headersOf(problem),
  )
}
