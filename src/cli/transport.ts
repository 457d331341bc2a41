/**
 * Sends the requests of the commands to the daemon of a home folder, and the home token only to
 * that daemon.
 */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { isOwnSocket } from '../home/api-socket.ts'
import type { DaemonInfo } from '../home/daemon-file.ts'
import { assertIdentity } from './assert-identity.ts'
import { connectionError, isUnsent } from './connection-error.ts'
import { exchange } from './exchange.ts'

/** A request without its credential. */
export interface OutgoingRequest {
  method: string
  target: string
  body: unknown
  signal: AbortSignal
  /** Further headers. */
  headers: Record<string, string>
}

/**
 * Sends a request with the home token. Resolves when its answer begins. Uses the Unix socket of the
 * home, which only its user can have opened. When that cannot be reached, e.g. because its backlog
 * is full, the port is used, once the program behind it has proved to know the token. Throws
 * ProblemError.
 */
export async function sendRequest(
  daemon: DaemonInfo,
  token: string,
  outgoing: OutgoingRequest,
): Promise<IncomingMessage> {
  const { socket } = daemon
  if (socket !== undefined && (await isOwnSocket(socket))) {
    try {
      return await sendOnce({ socketPath: socket }, daemon, token, outgoing)
    } catch (error) {
      if (!isUnsent(error)) throw connectionError(daemon, error)
    }
  }
  await assertIdentity(daemon, token, outgoing.signal)
  try {
    return await sendOnce({}, daemon, token, outgoing)
  } catch (error) {
    throw connectionError(daemon, error)
  }
}

function sendOnce(
  route: RequestOptions,
  daemon: DaemonInfo,
  token: string,
  { method, target, body, signal, headers }: OutgoingRequest,
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const options: RequestOptions = {
    ...route,
    method,
    signal,
    headers: {
      host: new URL(daemon.url).host,
      accept: 'application/json, application/problem+json',
      ...headers,
      authorization: `Bearer ${token}`,
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
  }
  return exchange(`${daemon.url}${target}`, options, payload)
}
