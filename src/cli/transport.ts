/**
 * Sends the requests of the commands to the daemon of a home folder, and the home token only to
 * that daemon.
 */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import {
  CHALLENGE_HEADER,
  identityProof,
  isSameProof,
  PROOF_HEADER,
} from '../contract/identity-proof.ts'
import { isOwnSocket } from '../home/api-socket.ts'
import type { DaemonInfo } from '../home/daemon-file.ts'
import { localProblem, type ProblemError } from './problem.ts'

/** The daemon's proof is a small answer; a healthy one takes a few milliseconds. */
const PROOF_LIMIT_MS = 5_000

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
 * home, which only its user can have opened; otherwise the port, once whoever listens there has
 * proved to know the token. Throws {@link ProblemError}.
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
      if (!isNobodyThere(error)) throw connectionError(daemon, error)
    }
  }
  await assertIdentity(daemon, token)
  try {
    return await sendOnce({}, daemon, token, outgoing)
  } catch (error) {
    throw connectionError(daemon, error)
  }
}

/** Explains why a request to the daemon failed. */
export function connectionError(daemon: DaemonInfo, cause: unknown): ProblemError {
  const refused = isNobodyThere(cause)
  return localProblem(
    refused ? 'NO_DAEMON' : 'NO_ANSWER',
    refused ? 'No recorder is running.' : 'The recorder does not answer.',
    {
      detail: refused
        ? `Nothing listens on ${daemon.url}, the address of the last one.`
        : `The request to ${daemon.url} (process ${daemon.pid}) failed: ${cause instanceof Error ? cause.message : cause}.`,
      remedy: refused
        ? 'Start it with `f2f serve`.'
        : 'The command may have taken effect all the same. Check with `f2f status`, then read the recorder’s log.',
      cause,
    },
  )
}

/** Whether nobody has received the request: the socket or port has no listener. */
function isNobodyThere(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

/** Checks that the program behind the port is the daemon of this home. Sends no credential. */
async function assertIdentity(daemon: DaemonInfo, token: string): Promise<void> {
  const challenge = randomBytes(32).toString('base64url')
  const signal = AbortSignal.timeout(PROOF_LIMIT_MS)
  let proof: string | string[] | undefined
  try {
    const options = { signal, headers: { [CHALLENGE_HEADER]: challenge } }
    const answer = await exchange(`${daemon.url}/healthz`, options, undefined)
    answer.destroy()
    proof = answer.headers[PROOF_HEADER]
  } catch (error) {
    if (isNobodyThere(error)) throw connectionError(daemon, error)
    throw notTheRecorder(`The program behind ${daemon.url} did not prove that it is the recorder.`)
  }
  const expected = identityProof(token, Number(new URL(daemon.url).port), challenge)
  if (typeof proof === 'string' && isSameProof(expected, proof)) return
  throw notTheRecorder(`The program behind ${daemon.url} does not know the home token.`)
}

function notTheRecorder(detail: string): ProblemError {
  return localProblem('NOT_THE_RECORDER', 'Another program listens on the recorder’s port.', {
    detail: `${detail} The token was not sent to it.`,
    remedy:
      'Start the recorder with `f2f serve`. If its port is taken, choose another one with --port.',
  })
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

function exchange(
  url: string,
  options: RequestOptions,
  payload: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options })
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}
