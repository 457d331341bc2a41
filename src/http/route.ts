import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'
import * as z from 'zod'
import type { Credential } from '../access/credential.ts'
import type { Scope } from '../access/scopes.ts'
import { type ErrorCode, RecorderError } from '../contract/errors.ts'
import { acceptedType } from './answers/accepted-type.ts'
import type { HttpContext, RequestState } from './context.ts'
import { notAnId } from './no-route.ts'
import type { Tag } from './openapi/tags.ts'
import { readJson } from './requests/json-body.ts'
import { refuseManyMembers } from './requests/member-limit.ts'
import { checkOwnPage } from './requests/own-page.ts'
import { queryReader } from './requests/query-reader.ts'
import { validate } from './requests/validate.ts'
import { isPathId } from './schemas/requests.ts'

/** A request that has passed every check of its route. */
export interface Exchange<Query = unknown, Body = unknown> {
  ctx: HttpContext
  credential: Credential
  /** The path parameters as they were sent. `id` is `current` or has the form of an id. */
  params: Readonly<Record<string, string>>
  query: Query
  body: Body
  /** The body as it was sent, without defaults. */
  sent: unknown
}

/** A header of a request or an answer, for openapi.json. */
export type HeaderName =
  | 'Accept-Ranges'
  | 'Content-Disposition'
  | 'Content-Range'
  | 'ETag'
  | 'F2F-Challenge'
  | 'F2F-Proof'
  | 'Idempotency-Key'
  | 'If-Match'
  | 'If-None-Match'
  | 'If-Range'
  | 'Last-Event-ID'
  | 'Link'
  | 'Location'
  | 'Range'
  | 'Repr-Digest'
  | 'Set-Cookie'

/** A successful answer of a route. */
export interface RouteResponse {
  status: number
  description: string
  /** The schema by content type: null for anything but JSON. */
  content?: Record<string, z.ZodType | null>
  headers?: HeaderName[]
}

/** Describes a route. The router, the checks and openapi.json are derived from it. */
export interface Route<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE'
  /** The path in the router's notation, such as `/v1/recordings/:id`. */
  path: string
  operationId: string
  /** The group of operations that it belongs to. */
  tag: Tag
  summary: string
  description: string
  /** The scope it needs. Null means that it needs no credential either. */
  scope: Scope | null
  /** Whether a UI request must prove with its Origin that the page is the daemon's own. */
  changesState?: boolean
  /** Whether a signed-in person may open it from the address bar of a browser. */
  opensInTab?: boolean
  /** Whether it is a web socket: its Origin then proves that a request is the page's own. */
  isWebSocket?: boolean
  query?: Query
  body?: Body
  requestHeaders?: HeaderName[]
  outcomes: RouteResponse[]
  /** The codes it can answer beyond those of all such routes. */
  errors?: ErrorCode[]
  /** Called before a request is refused for its scope. The answer waits for it. */
  onScopeMissing?(request: {
    credential: Credential
    params: Readonly<Record<string, string>>
    detail: string
  }): Promise<void>
  handle(exchange: Exchange<z.output<Query>, z.output<Body>>): Promise<void> | void
}

/**
 * Checks a route's types against its schemas, then widens them, so that all routes fit in one
 * table.
 */
export function defineRoute<Query extends z.ZodType, Body extends z.ZodType>(
  route: Route<Query, Body>,
): Route {
  return route as unknown as Route
}

/** Whether a route answers in JSON. `Accept` matters only then. */
export function answersJson(route: Route): boolean {
  return route.outcomes.some((outcome) => outcome.content?.['application/json'] !== undefined)
}

/** Returns the types in which a route can answer, the usual one first. */
function typesOf({ outcomes }: Route): string[] {
  return [...new Set(outcomes.flatMap(({ content = {} }) => Object.keys(content)))]
}

type RouteContext = HttpContext & RouterContext<RequestState>

const NO_QUERY = z.strictObject({})

function checkAccept(ctx: HttpContext, offered: readonly string[]): void {
  const { accept } = ctx.req.headers
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return
  if (acceptedType(ctx, ...offered) !== undefined) return
  throw new RecorderError('NOT_ACCEPTABLE', `This route answers only in ${offered.join(' or ')}.`)
}

/** Refuses a request whose credential lacks the route's scope. */
async function refuseForScope(scope: Scope, route: Route, ctx: RouteContext): Promise<never> {
  const detail = `The request needs a credential with the scope \`${scope}\`.`
  await route.onScopeMissing?.({ credential: ctx.state.credential, params: ctx.params, detail })
  throw new RecorderError('FORBIDDEN_SCOPE', detail, { members: { scope } })
}

/** Creates the middleware of a route: its checks, in their order, then its handler. */
export function routeMiddleware(route: Route): Middleware<RequestState> {
  const { scope, body: bodySchema, changesState = false } = route
  const offered = answersJson(route) ? typesOf(route) : null
  const readQuery = queryReader(route.query ?? NO_QUERY)
  return async function handleRoute(context) {
    const ctx = context as unknown as RouteContext
    ctx.state.route = route.path
    ctx.state.logAtInfo = changesState
    if (ctx.params.id !== undefined && !isPathId(ctx.params.id)) throw notAnId(ctx)
    if (offered !== null) checkAccept(ctx, offered)
    // First: a foreign page must not even leave a refusal in the log.
    if (ctx.state.credential.side === 'ui') checkOwnPage(ctx.req, route)
    if (scope !== null && !ctx.state.credential.scopes.has(scope))
      await refuseForScope(scope, route, ctx)
    const sent = bodySchema === undefined ? undefined : await readJson(ctx.req, ctx.res)
    refuseManyMembers(sent)
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
