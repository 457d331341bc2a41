import { randomBytes } from 'node:crypto'
import type { Middleware } from 'koa'
import { ConnectionCredentials } from '../../access/connection-credentials.ts'
import { RecorderError } from '../../contract/errors.ts'
import { OneRequestConnection } from '../admission/one-request-connection.ts'
import { sendProblem } from '../answers/problem.ts'
import { sendEmpty } from '../answers/send-answer.ts'
import { type HttpContext, NOBODY, type RequestState } from '../context.ts'
import type { PageFiles } from '../page/page-files.ts'
import { LAUNCH_PATH } from '../routes/launch.ts'
import { INSPECTOR_PATH } from '../routes/page.ts'
import { PING_PATH } from '../routes/ping.ts'
import type { Services } from '../services.ts'
import { checkHost, countHeader, createOriginCheck } from './origin-check.ts'

const LAUNCH_URL = new RegExp(`^${LAUNCH_PATH}[\\w-]+$`)

/** Whether a path needs no credential. Of the page these are only the files that there are. */
function isPublic(path: string, pageFiles: PageFiles): boolean {
  if (path.startsWith('/v1/')) return path === PING_PATH
  if (path === '/' || path === INSPECTOR_PATH || path === '/healthz') return true
  return pageFiles.has(path) || LAUNCH_URL.test(path)
}

/**
 * Refuses what the daemon cannot do: other expectations and transfer codings than HTTP/1.1's own.
 */
function checkSupport({ headers }: HttpContext['req']): void {
  const { expect } = headers
  if (expect !== undefined && expect.toLowerCase() !== '100-continue')
    throw new RecorderError(
      'EXPECTATION_FAILED',
      'The Expect header asks for something else than 100-continue.',
    )
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    const detail = 'Transfer-Encoding may only be chunked.'
    throw new RecorderError('INVALID_REQUEST', detail, {
      members: { errors: [{ pointer: '', detail }] },
    })
  }
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

/** Refuses a client whose connection was admitted for one answer only. */
function assertRoom(connection: object): void {
  if (!(connection instanceof OneRequestConnection && connection.isOneTooMany)) return
  const detail = 'All connections that this client may have are waiting for answers.'
  throw new RecorderError('TOO_MANY_CONNECTIONS', `${detail} Nothing was done.`, {
    members: { retryAfterSeconds: 1 },
  })
}

/**
 * Creates the middleware that checks every request before its route: first Host, then Origin, then
 * the credential. No check reads the body, so a client without a credential cannot make the daemon
 * read one. It also answers every error and logs every request.
 */
export function createGate(services: Services): Middleware<RequestState> {
  const { access, address, configuration, logger, pageFiles } = services
  // These lines have only the fields named below, so they skip the costly search for secrets.
  const requestLog = logger.child({}, { redact: [] })
  const originCheck = createOriginCheck(() => configuration.allowedOrigins.value)
  // The random prefix keeps ids unique across restarts, and the counter is cheap.
  const idPrefix = randomBytes(6).toString('hex')
  let requests = 0
  const credentials = new ConnectionCredentials(access)

  function newState(): RequestState {
    const requestId = `${idPrefix}-${++requests}`
    return {
      requestId,
      credential: NOBODY,
      headers: ['X-Request-Id', requestId, ...(originCheck.varies ? ['Vary', 'Origin'] : [])],
      route: '',
      logAtInfo: false,
      code: undefined,
    }
  }

  /** Checks a request. Returns whether it has answered it, which it does for a preflight. */
  function checkRequest(ctx: HttpContext): boolean {
    checkHost(ctx.req, address())
    ctx.state.headers.push(...originCheck.headersFor(ctx.req))
    const preflight = originCheck.preflightHeaders(ctx.req)
    if (preflight !== null) {
      sendEmpty(ctx, 204, preflight)
      return true
    }
    if (!isPublic(ctx.path, pageFiles)) {
      const { socket, headers } = ctx.req
      checkCredentialCount(ctx)
      ctx.state.credential = credentials.authenticate(socket, headers, address().port)
      assertRoom(socket)
    }
    checkSupport(ctx.req)
    return false
  }

  function logRequest(ctx: HttpContext, startedAt: number): void {
    const level = ctx.state.logAtInfo ? 'info' : 'debug'
    if (!requestLog.isLevelEnabled(level)) return
    const { requestId, route, credential, code } = ctx.state
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10
    const client = credential === NOBODY ? {} : { side: credential.side, client: credential.client }
    requestLog[level](
      {
        requestId,
        method: ctx.method,
        route,
        status: ctx.res.statusCode,
        durationMs,
        ...client,
        code,
      },
      'request',
    )
  }

  return async function gate(ctx, next) {
    const startedAt = performance.now()
    ctx.state = newState()
    try {
      if (!checkRequest(ctx)) await next()
    } catch (error) {
      sendProblem(ctx, error, logger)
    }
    logRequest(ctx, startedAt)
  }
}
