import { createIdempotencyKey } from './idempotency-key.ts'
import type { QueryParameters } from './recorder-client.ts'
import type { OutgoingRequest } from './send.ts'
import type { RequestOptions } from './types.ts'

/** How to reach the recorder. */
export interface ClientOptions {
  /** The address, such as `http://127.0.0.1:3887`. Without it: the page's own origin. */
  url?: string
  /** The secret of a token. Without it: the session of the page. */
  token?: string
  /**
   * Sends the requests, in place of the global `fetch`. It rejects with a TypeError when a
   * connection fails. Other errors reach the caller as they are.
   */
  fetch?: typeof fetch
  /**
   * The time limit of an answer with all its repetitions, in milliseconds (default: a minute).
   * Files have none.
   */
  timeoutMs?: number
}

/** The parts that every request needs: the program that sends it, the credential, and its form. */
export interface Transport {
  fetcher: typeof fetch
  /** The headers that say who is asking. */
  credential: Record<string, string>
  /** Returns a request to a path below `/v1`, ready to be sent. */
  prepare(
    method: string,
    path: string,
    members: RequestOptions & { query?: QueryParameters | undefined; body?: unknown },
  ): OutgoingRequest
}

/** The types of content of every answer but files and streams. */
export const ACCEPT = 'application/json, application/problem+json'
/** The path of a search, which changes nothing although it is a POST. */
export const SEARCH = '/recordings/search'

/** Creates what every request needs. Sends nothing. */
export function createTransport({ url = '', token, fetch: given }: ClientOptions = {}): Transport {
  const base = `${url.replace(/(?:\/v1)?\/*$/, '')}/v1`
  const credential: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
  return {
    // A browser's fetch must be called as a function of the window.
    fetcher: given ?? ((...args) => fetch(...args)),
    credential,
    prepare(method, path, { query, body, ...rest }) {
      const headers = headersOf(method, path, body, rest)
      return {
        method,
        url: `${base}${path}${queryString(query)}`,
        headers: { Accept: ACCEPT, ...credential, ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: rest.signal,
        repeatUntil: rest.repeatUntil,
        isRepeatable:
          method === 'GET' || path === SEARCH || headers['Idempotency-Key'] !== undefined,
      }
    },
  }
}

function headersOf(
  method: string,
  path: string,
  body: unknown,
  { idempotencyKey, ifMatch }: RequestOptions,
): Record<string, string> {
  const isCommand = method === 'POST' && path !== SEARCH && path.startsWith('/recordings')
  const key = idempotencyKey ?? (isCommand ? createIdempotencyKey() : undefined)
  return {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    ...(ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }),
  }
}

function queryString(query: QueryParameters = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) parameters.set(key, String(value))
  return parameters.size === 0 ? '' : `?${parameters}`
}
