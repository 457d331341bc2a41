import { randomBytes } from 'node:crypto'
import type { Middleware } from 'koa'
import { RecorderError } from '../contract/errors.ts'
import { sendEmpty } from './answer.ts'
import { type HttpContext, NOBODY, type RequestState } from './context.ts'
import { checkHost, countHeader, createOriginCheck } from './origin-check.ts'
import { sendProblem } from './problem.ts'
import { LAUNCH_PATH } from './routes/ui.ts'
import type { Services } from './services.ts'

/** Paths that need no credential. */
function isPublic(path: string): boolean {
  return path === '/healthz' || path === '/' || path.startsWith(LAUNCH_PATH)
}

function checkCredentialCount(ctx: HttpContext): void {
  if (countHeader(ctx.req, 'authorization') > 1) {
    throw new RecorderError(
      'INVALID_REQUEST',
      'The request carries two credentials. Send only one.',
      {
        members: { errors: [{ pointer: '', detail: 'Send only one Authorization header.' }] },
      },
    )
  }
}

/**
 * Checks every request before its route. The checks come in the order of what they trust: Host,
 * Origin, credential. None reads the body, so that strangers cannot make the daemon read. It is
 * also where every error ends up and every request is logged.
 */
export function createGate(
  services: Services,
  allowedOrigins: readonly string[],
): Middleware<RequestState> {
  const { access, address, logger } = services
  // Its lines have the fields named below and no others: looking in each for secrets costs more
  // than writing it.
  const requestLog = logger.child({}, { redact: [] })
  const originCheck = createOriginCheck(allowedOrigins)
  // Unique over restarts by its first part, cheap by its second.
  const idPrefix = randomBytes(6).toString('hex')
  let requests = 0

  function newState(): RequestState {
    const requestId = `${idPrefix}-${++requests}`
    return {
      requestId,
      credential: NOBODY,
      headers: originCheck.varies
        ? ['X-Request-Id', requestId, 'Vary', 'Origin']
        : ['X-Request-Id', requestId],
      route: '',
      notable: false,
      code: undefined,
    }
  }

  /** True when the request has been answered. */
  function admit(ctx: HttpContext): boolean {
    checkHost(ctx.req, address())
    ctx.state.headers.push(...originCheck.headersFor(ctx.req))
    const preflight = originCheck.preflightHeaders(ctx.req)
    if (preflight !== null) {
      sendEmpty(ctx, 204, preflight)
      return true
    }
    if (!isPublic(ctx.path)) {
      checkCredentialCount(ctx)
      const { authorization, cookie } = ctx.req.headers
      ctx.state.credential = access.authenticate(authorization, cookie, address().port)
    }
    return false
  }

  function logRequest(ctx: HttpContext, startedAt: number): void {
    const level = ctx.state.notable ? 'info' : 'debug'
    if (!requestLog.isLevelEnabled(level)) return
    const { requestId, route, credential, code } = ctx.state
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10
    const who = credential === NOBODY ? {} : { side: credential.side, client: credential.client }
    requestLog[level](
      {
        requestId,
        method: ctx.method,
        route,
        status: ctx.res.statusCode,
        durationMs,
        ...who,
        code,
      },
      'request',
    )
  }

  return async function gate(ctx, next) {
    const startedAt = performance.now()
    ctx.state = newState()
    try {
      if (!admit(ctx)) await next()
    } catch (error) {
      sendProblem(ctx, error, logger)
    }
    logRequest(ctx, startedAt)
  }
}
