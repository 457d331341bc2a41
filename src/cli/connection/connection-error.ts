import type { DaemonInfo } from '../../home/daemon-file.ts'
import { codeOf } from '../../home/home-error.ts'
import { localProblem, type ProblemError } from '../problem.ts'

/** The remedy after a request whose outcome is unknown. */
export const MAY_HAVE_ACTED =
  'The command may have taken effect all the same. Check with `f2f status`, then read the recorder’s log.'

/** Explains why a request to the daemon failed. */
export function connectionError(daemon: DaemonInfo, cause: unknown): ProblemError {
  if (isNobodyThere(cause))
    return localProblem('NO_DAEMON', 'No recorder is running.', {
      detail: `Nothing listens on ${daemon.url}, the address of the last one.`,
      remedy: 'Start it with `f2f serve`.',
      cause,
    })
  return localProblem('NO_ANSWER', 'The recorder does not answer.', {
    detail: `The request to ${daemon.url} (process ${daemon.pid}) failed: ${cause instanceof Error ? cause.message : cause}.`,
    remedy: MAY_HAVE_ACTED,
    cause,
  })
}

/** Whether the port has no listener. */
export function isNobodyThere(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED'
}

/** Whether the request was never sent, because its connection could not be opened. */
export function isUnsent(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect'
}
