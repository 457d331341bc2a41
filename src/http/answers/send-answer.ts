/**
 * Sends answers. They bypass Koa and go to Node's response directly, which Koa allows
 * (`ctx.respond = false`). Koa's setters for body, type and length cost more than the rest of a
 * read.
 */
import type { HttpContext } from '../context.ts'

/**
 * The security headers of every answer, names and values alternating. They forbid browsers to guess
 * the type, to cache, to frame, to embed and to send a referrer.
 */
export const SECURITY_HEADERS: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Cache-Control',
  'no-store',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'Referrer-Policy',
  'no-referrer',
]

/** Sends status and headers (names and values alternating). The caller sends the body. */
export function sendHead(ctx: HttpContext, status: number, headers: readonly string[]): void {
  ctx.respond = false
  ctx.res.writeHead(status, [...SECURITY_HEADERS, ...ctx.state.headers, ...headers])
}

/** Sends a text, or its bytes in UTF-8, as the whole answer. */
export function sendText(
  ctx: HttpContext,
  status: number,
  type: string,
  text: string | Buffer,
  headers: readonly string[] = [],
): void {
  sendHead(ctx, status, [
    ...headers,
    'Content-Type',
    type,
    'Content-Length',
    String(Buffer.byteLength(text)),
  ])
  // Node omits the body in an answer to HEAD.
  ctx.res.end(text)
}

/** Sends a value as JSON. */
export function sendJson(
  ctx: HttpContext,
  status: number,
  value: unknown,
  headers?: readonly string[],
): void {
  sendText(ctx, status, 'application/json', JSON.stringify(value), headers)
}

/** Sends an answer without a body. */
export function sendEmpty(ctx: HttpContext, status: number, headers: readonly string[] = []): void {
  sendHead(ctx, status, status === 204 ? headers : [...headers, 'Content-Length', '0'])
  ctx.res.end()
}
