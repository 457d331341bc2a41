import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'
import * as z from 'zod'
import type { Credential } from '../access/access.ts'
import type { Scope } from '../access/scopes.ts'
import { type ErrorCode, RecorderError } from '../contract/errors.ts'
import { readJson } from './body.ts'
import type { HttpContext, RequestState } from './context.ts'
import { notAnId } from './no-route.ts'
import { isOwnOrigin } from './origin-check.ts'
import { queryReader } from './query.ts'
import { isPathId } from './schemas/requests.ts'
import { validate } from './validate.ts'

/** A request that has passed every check of its route. */
export interface Exchange<Query = unknown, Body = unknown> {
  ctx: HttpContext
  credential: Credential
  /** From the path, as it was sent: `id` is `current` or has the form of an id. */
  params: Readonly<Record<string, string>>
  query: Query
  body: Body
  /** The body before defaults. */
  sent: unknown
}

/** A header of a request or an answer, for openapi.json. */
export type HeaderName =
  | 'Accept-Ranges'
  | 'Content-Range'
  | 'ETag'
  | 'Idempotency-Key'
  | 'If-Match'
  | 'If-None-Match'
  | 'If-Range'
  | 'Last-Event-ID'
  | 'Location'
  | 'Range'
  | 'Repr-Digest'
  | 'Set-Cookie'

/** An answer that a route gives when nothing is wrong. */
export interface RouteResponse {
  status: number
  description: string
  /** By content type; JSON is described by its schema, anything else by null. */
  content?: Record<string, z.ZodType | null>
  headers?: HeaderName[]
}

/** All there is to know of a route: the router, the checks and openapi.json are made from it. */
export interface Route<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE'
  /** In the router's notation, e.g. `/v1/recordings/:id`. */
  path: string
  operationId: string
  summary: string
  description?: string
  /** The scope it needs; null: no credential either. */
  scope: Scope | null
  /** Whether the page must prove with its Origin that it is the daemon's own. */
  changesState?: boolean
  query?: Query
  body?: Body
  requestHeaders?: HeaderName[]
  outcomes: RouteResponse[]
  /** Codes beyond those that every such route can answer. */
  errors?: ErrorCode[]
  handle(exchange: Exchange<z.output<Query>, z.output<Body>>): Promise<void> | void
}

/**
 * Types a route by its schemas, and then forgets them, so that routes of all types fit in one
 * table.
 */
export function defineRoute<Query extends z.ZodType, Body extends z.ZodType>(
  route: Route<Query, Body>,
): Route {
  return route as unknown as Route
}

/** Whether a route answers in JSON; only then does Accept matter. */
export function answersJson(route: Route): boolean {
  return route.outcomes.some((outcome) => outcome.content?.['application/json'] !== undefined)
}

const NO_QUERY = z.strictObject({})

function checkAccept(ctx: HttpContext): void {
  const { accept } = ctx.req.headers
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return
  if (!ctx.accepts('application/json')) {
    throw new RecorderError('NOT_ACCEPTABLE', 'This route answers only in application/json.')
  }
}

function checkScope(scope: Scope, credential: Credential): void {
  if (!credential.scopes.has(scope)) {
    throw new RecorderError(
      'FORBIDDEN_SCOPE',
      `The request needs a credential with the scope \`${scope}\`.`,
      {
        members: { scope },
      },
    )
  }
}

/**
 * A session cookie goes along with whatever the browser sends here; the Origin says which page had
 * it sent.
 */
function checkOwnPage(ctx: HttpContext): void {
  if (ctx.state.credential.side === 'ui' && !isOwnOrigin(ctx.req)) {
    throw new RecorderError(
      'FORBIDDEN_ORIGIN',
      'The request needs an Origin header that names the recorder’s own page.',
    )
  }
}

/**
 * The middleware of a route: its checks in their order, each before the next looks at anything,
 * then its handler.
 */
export function routeMiddleware(route: Route): Middleware<RequestState> {
  const { scope, body: bodySchema, changesState = false } = route
  const json = answersJson(route)
  const readQuery = queryReader(route.query ?? NO_QUERY)
  return async function handleRoute(context) {
    const ctx = context as unknown as HttpContext & RouterContext<RequestState>
    ctx.state.route = route.path
    ctx.state.notable = changesState
    if (ctx.params.id !== undefined && !isPathId(ctx.params.id)) throw notAnId(ctx)
    if (json) checkAccept(ctx)
    if (scope !== null) checkScope(scope, ctx.state.credential)
    if (changesState) checkOwnPage(ctx)
    const sent = bodySchema === undefined ? undefined : await readJson(ctx.req, ctx.res)
    await route.handle({
      ctx,
      credential: ctx.state.credential,
      params: ctx.params,
      query: readQuery(ctx.querystring),
      body: bodySchema === undefined ? undefined : validate(bodySchema, sent),
      sent,
    })
  }
}
