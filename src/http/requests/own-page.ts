import type { IncomingMessage } from 'node:http'
import { RecorderError } from '../../contract/errors.ts'
import { isOwnOrigin } from './origin-check.ts'

/** The rules of a route for the recorder's own page. */
export interface PageRules {
  method: string
  /** Whether the request must also have the Origin of the recorder's own page. */
  changesState?: boolean
  /** Whether a signed-in person may open it from the address bar of a browser. */
  opensInTab?: boolean
  /** Whether it is a web socket. */
  isWebSocket?: boolean
}

/**
 * Refuses a request with a session cookie that another page caused. Browsers add the cookie to
 * requests of every page of the same site, and all ports of a host are one site. Only
 * `Sec-Fetch-Site`, which no page can set, tells the recorder's own page from one on another port.
 * A person who types a URL sends `none`, which suffices where a tab may open the route. A change
 * also needs the Origin of the recorder's own page. For a web socket some browsers do not send
 * `Sec-Fetch-Site`, but all send the Origin, which no page can set either.
 */
export function checkOwnPage(
  request: IncomingMessage,
  { method, changesState = false, opensInTab = false, isWebSocket = false }: PageRules,
): void {
  const site = request.headers['sec-fetch-site']
  const isOpened = site === 'none' && opensInTab && method === 'GET'
  const isOwnSocket = site === undefined && isWebSocket && isOwnOrigin(request)
  if (site !== 'same-origin' && !isOpened && !isOwnSocket) {
    throw new RecorderError(
      'FORBIDDEN_ORIGIN',
      'A request with a session cookie must come from the recorder’s own page, with `Sec-Fetch-Site: same-origin`.',
    )
  }
  if (changesState && !isOwnOrigin(request)) {
    throw new RecorderError(
      'FORBIDDEN_ORIGIN',
      'The request needs an Origin header that names the recorder’s own page.',
    )
  }
}
