/**
 * Sends the requests of the commands to the daemon of a home folder, and the home token only to
 * that daemon.
 */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { isOwnSocket } from '../../home/api-socket.ts'
import type { DaemonInfo } from '../../home/daemon-file.ts'
import type { ProblemError } from '../problem.ts'
import { assertIdentity } from './assert-identity.ts'
import { connectionError, isUnsent } from './connection-error.ts'
import { exchange } from './exchange.ts'

/** How often a request is sent at most when its connections break. */
const MOST_SENDS = 5

/** A request without its credential. */
export interface OutgoingRequest {
  method: string
  target: string
  /** JSON, already written. */
  body: string | undefined
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
  return sendToPort(daemon, token, outgoing)
}

/**
 * Sends a request to the port, after a proof. In a flood, the daemon may close a connection before
 * it knows the client. Then the request is sent again if it cannot act twice.
 */
async function sendToPort(
  daemon: DaemonInfo,
  token: string,
  outgoing: OutgoingRequest,
): Promise<IncomingMessage> {
  let broken: ProblemError | undefined
  for (let left = isRepeatable(outgoing) ? MOST_SENDS : 1; left > 0; left--) {
    try {
      await assertIdentity(daemon, token, outgoing.signal)
    } catch (error) {
      // An earlier request may have taken effect. That is more important than why this one did not.
      throw broken ?? error
    }
    try {
      return await sendOnce({}, daemon, token, outgoing)
    } catch (error) {
      broken ??= connectionError(daemon, error)
      if (outgoing.signal.aborted) break
    }
  }
  throw broken
}

/** Whether the request reads only, or carries a key by which the daemon knows it again. */
function isRepeatable({ method, target, headers }: OutgoingRequest): boolean {
  const isReading = method === 'GET' || target === '/v1/recordings/search'
  return isReading || headers['Idempotency-Key'] !== undefined
}

function sendOnce(
  route: RequestOptions,
  daemon: DaemonInfo,
  token: string,
  { method, target, body, signal, headers }: OutgoingRequest,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    ...route,
    method,
    signal,
    headers: {
      host: new URL(daemon.url).host,
      ...headers,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
  }
  return exchange(`${daemon.url}${target}`, options, body)
}
