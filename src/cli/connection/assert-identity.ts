import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CHALLENGE_HEADER,
  identityProof,
  isSameProof,
  PROOF_HEADER,
} from '../../contract/identity-proof.ts'
import type { DaemonInfo } from '../../home/daemon-file.ts'
import { codeOf } from '../../home/home-error.ts'
import { localProblem, ProblemError } from '../problem.ts'
import { connectionError, isNobodyThere } from './connection-error.ts'
import { exchange } from './exchange.ts'

/** The time for a proof, in milliseconds. */
export interface ProofLimits {
  /** All attempts together. */
  totalMs: number
  attemptMs: number
}

/** The daemon's proof is a small answer; a healthy one takes a few milliseconds. */
const PROOF_LIMITS: ProofLimits = { totalMs: 5_000, attemptMs: 2_000 }
/** Long enough not to add to a flood. */
const RETRY_MS = 50

/**
 * Checks that the program behind the port is the daemon of this home. Sends no credential. Tries
 * again when a connection breaks or stays silent: in a flood, the daemon closes the connections of
 * strangers, and a client without its credential is one. Throws {@link ProblemError}:
 * NOT_THE_RECORDER after an answer without the right proof, NO_ANSWER without an answer, NO_DAEMON.
 */
export async function assertIdentity(
  daemon: DaemonInfo,
  token: string,
  caller: AbortSignal,
  limits = PROOF_LIMITS,
): Promise<void> {
  const end = AbortSignal.any([caller, AbortSignal.timeout(limits.totalMs)])
  let failure: unknown
  while (!end.aborted) {
    const signal = AbortSignal.any([end, AbortSignal.timeout(limits.attemptMs)])
    try {
      const refusal = await findRefusal(daemon, token, signal)
      if (refusal === null) return
      throw notTheRecorder(`The program behind ${daemon.url} ${refusal}.`)
    } catch (error) {
      if (error instanceof ProblemError) throw error
      if (isNobodyThere(error)) throw connectionError(daemon, error)
      failure = error
    }
    await delay(RETRY_MS, undefined, { signal: end }).catch(() => {})
  }
  throw unproven(daemon, failure ?? end.reason)
}

/** Challenges the program once. Returns what its answer lacks; null for the daemon of this home. */
async function findRefusal(
  { url }: DaemonInfo,
  token: string,
  signal: AbortSignal,
): Promise<string | null> {
  const challenge = randomBytes(32).toString('base64url')
  try {
    const answer = await exchange(`${url}/healthz`, {
      signal,
      headers: { [CHALLENGE_HEADER]: challenge },
    })
    answer.destroy()
    const proof = answer.headers[PROOF_HEADER]
    if (typeof proof !== 'string') return 'did not prove that it is the recorder'
    const expected = identityProof(token, Number(new URL(url).port), challenge)
    return isSameProof(expected, proof) ? null : 'does not know the home token'
  } catch (error) {
    if (isOtherProtocol(error)) return 'does not speak HTTP'
    throw error
  }
}

/** Whether an answer came that is not HTTP. One that has broken off may be the daemon's. */
function isOtherProtocol(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  return code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE'
}

function notTheRecorder(detail: string): ProblemError {
  return localProblem('NOT_THE_RECORDER', 'Another program listens on the recorder’s port.', {
    detail: `${detail} The token was not sent to it.`,
    remedy:
      'Start the recorder with `f2f serve`. If its port is taken, choose another one with --port.',
  })
}

function unproven({ url, pid }: DaemonInfo, cause: unknown): ProblemError {
  const reason = cause instanceof Error ? cause.message : cause
  return localProblem('NO_ANSWER', 'The recorder does not answer.', {
    detail: `${url} (process ${pid}) did not prove in time that it is the recorder: ${reason}. The command was not sent.`,
    remedy: 'Try again. If that does not help, run `f2f doctor` and read the recorder’s log.',
    cause,
  })
}
