/**
 * The one place where answers leave. They are written to Node's response directly, which Koa calls
 * bypassing and allows (`ctx.respond = false`): its setters for body, type and length cost more
 * than everything else we do for a read.
 */
import type { HttpContext } from './context.ts'

/**
 * Headers of every answer, names and values in turns: nothing may be guessed, kept, framed,
 * embedded or told to others.
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

/** Sends status and headers (names and values in turns); the body is the caller's. */
export function sendHead(ctx: HttpContext, status: number, headers: readonly string[]): void {
  ctx.respond = false
  ctx.res.writeHead(status, [...SECURITY_HEADERS, ...ctx.state.headers, ...headers])
}

/** Sends a text as the whole answer. */
export function sendText(
  ctx: HttpContext,
  status: number,
  type: string,
  text: string,
  headers: readonly string[] = [],
): void {
  sendHead(ctx, status, [
    ...headers,
    'Content-Type',
    type,
    'Content-Length',
    String(Buffer.byteLength(text)),
  ])
  // To HEAD Node itself sends no body.
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
