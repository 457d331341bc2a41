import Router from '@koa/router'
import type { Middleware } from 'koa'
import { BoundedMap } from '../collections/bounded-map.ts'
import type { RequestState } from './context.ts'
import { type Route, routeMiddleware } from './route.ts'

/** Paths whose matches are kept, and the longest of them: the ids in them may be anything. */
const MOST_KNOWN = 256
const LONGEST_KNOWN = 256

/**
 * Returns the group of a path: its number of segments and, below `/v1`, its resource. Every
 * parameter is one whole segment, so that all routes which match a path are in its group.
 */
function groupOf(path: string): string {
  let segments = 0
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) segments++
  if (!path.startsWith('/v1/')) return String(segments)
  const end = path.indexOf('/', 4)
  return `${segments} ${end === -1 ? path.slice(4) : path.slice(4, end)}`
}

/**
 * Creates the routers by their groups. A router tries all of its routes one after the other, so it
 * has only those that may match.
 */
export function createRouters(routes: readonly Route[]): Map<string, Router<RequestState>> {
  const routers = new Map<string, Router<RequestState>>()
  for (const route of routes) {
    const group = groupOf(route.path)
    let router = routers.get(group)
    if (router === undefined) {
      router = new Router<RequestState>({ strict: true, sensitive: true })
      routers.set(group, router)
    }
    router.register(route.path, [route.method], routeMiddleware(route))
  }
  return routers
}

type Layer = ReturnType<Router<RequestState>['match']>['path'][number]

/** How a router matches a path. */
interface Match {
  /** The routes of the path, whatever their methods. */
  matched: Layer[]
  handle: Middleware<RequestState> | undefined
  params: Readonly<Record<string, string>>
}

function matchOf(router: Router<RequestState>, path: string, method: string): Match {
  const { path: matched, pathAndMethod } = router.match(path, method)
  const layer = pathAndMethod[0]
  if (layer === undefined) return { matched, handle: undefined, params: {} }
  const handle = layer.stack[0] as unknown as Middleware<RequestState>
  return { matched, handle, params: layer.params(path, layer.captures(path)) }
}

/**
 * Creates the middleware that answers a request by its route. The matches of the newest paths are
 * kept: clients ask for the same ones again and again, and matching costs as much as the gate.
 */
export function routing(routes: readonly Route[]): Middleware<RequestState> {
  const routers = createRouters(routes)
  const known = new BoundedMap<string, Match>(MOST_KNOWN)
  return (ctx, next) => {
    const { method, path } = ctx
    const key = `${method} ${path}`
    let match = known.get(key)
    if (match === undefined) {
      const router = routers.get(groupOf(path))
      if (router === undefined) return next()
      match = matchOf(router, path, method)
      if (key.length <= LONGEST_KNOWN) known.set(key, match)
    }
    // Here a router would leave them, too.
    const routed = ctx as unknown as Partial<Match>
    routed.matched = match.matched
    routed.params = match.params
    return match.handle === undefined ? next() : match.handle(ctx, next)
  }
}
