import type { IncomingMessage } from 'node:http'
import { RecorderError } from '../../contract/errors.ts'
import type { Address } from '../address.ts'

/**
 * Refuses a request whose Host is not this daemon. A stranger's page that points its own host name
 * at 127.0.0.1 (DNS rebinding) sends that name, and nothing else reveals it.
 */
export function checkHost(request: IncomingMessage, address: Address): void {
  const [literal, name] = address.hosts
  const host = request.headers.host
  if ((host !== literal && host?.toLowerCase() !== name) || countHeader(request, 'host') !== 1) {
    throw new RecorderError(
      'FORBIDDEN_HOST',
      `The request must have exactly one Host header: ${literal} or ${name}.`,
    )
  }
  checkTarget(request, host as string)
}

/**
 * Checks a target in absolute form (RFC 9112, 3.2.2). It names a host of its own, which overrides
 * the header.
 */
function checkTarget(request: IncomingMessage, host: string): void {
  const target = request.url as string
  if (target.startsWith('/') || target === '*') return
  const prefix = `http://${host}/`
  if (!target.startsWith(prefix)) {
    throw new RecorderError(
      'FORBIDDEN_HOST',
      'The request target names another host than the Host header.',
    )
  }
  request.url = target.slice(prefix.length - 1)
}

/**
 * Counts how often a header was sent. Node's `headers` has only the first of some, such as Host and
 * Authorization.
 */
export function countHeader(request: IncomingMessage, lowerCaseName: string): number {
  const { rawHeaders } = request
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) count++
  }
  return count
}

/**
 * Whether the request's Origin is the daemon's own. It must equal the request's Host, because
 * `localhost` may lead a browser to [::1], where another program can serve pages on the same port.
 */
export function isOwnOrigin(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host?.toLowerCase()}`
}

/** The methods and headers that pages of allowed origins may use. */
const PREFLIGHT: readonly string[] = [
  'Access-Control-Allow-Methods',
  'GET, HEAD, POST, DELETE',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Range',
  'Access-Control-Max-Age',
  '600',
]

const EXPOSED_HEADERS =
  'ETag, Location, Link, Retry-After, X-Request-Id, Accept-Ranges, Content-Disposition, Content-Range, Repr-Digest'

/** Creates the check of Origin for the `allowedOrigins` of the configuration, as they are then. */
export function createOriginCheck(allowedOrigins: () => readonly string[]) {
  return {
    /**
     * Returns the headers that the answer needs for its Origin. Throws FORBIDDEN_ORIGIN for a
     * foreign one.
     */
    headersFor(request: IncomingMessage): readonly string[] {
      const { origin } = request.headers
      if (origin === undefined || isOwnOrigin(request)) return []
      if (!allowedOrigins().includes(origin)) {
        throw new RecorderError(
          'FORBIDDEN_ORIGIN',
          'Pages of this origin may not call the recorder.',
        )
      }
      return [
        ...['Access-Control-Allow-Origin', origin],
        ...['Access-Control-Expose-Headers', EXPOSED_HEADERS],
      ]
    },
    /** Whether answers to the same URL differ by origin. */
    get varies(): boolean {
      return allowedOrigins().length > 0
    },
    /** Returns the headers for a preflight of an allowed origin, or null for any other request. */
    preflightHeaders(request: IncomingMessage): readonly string[] | null {
      const { headers } = request
      if (request.method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
        return null
      const { origin } = headers
      return origin !== undefined && allowedOrigins().includes(origin) ? PREFLIGHT : null
    },
  }
}
