import { readFile } from 'node:fs/promises'
import { type DaemonInfo, readDaemonFile } from '../../home/daemon-file.ts'
import type { Home } from '../../home/home.ts'
import { localProblem } from '../problem.ts'

/** Returns the announced daemon of a home. Throws ProblemError NO_DAEMON if there is none. */
export async function findDaemon(home: Home): Promise<DaemonInfo> {
  const found = await readDaemonFile(home)
  if (found.state === 'running') return found.daemon
  const crash = found.state === 'stale' ? ' The last one crashed or was killed.' : ''
  throw localProblem('NO_DAEMON', 'No recorder is running.', {
    detail: `None serves the home folder ${home.folder}.${crash}`,
    remedy:
      'Start one with `f2f serve` (with the same --home or F2F_HOME, if you use one), or run `f2f doctor`.',
  })
}

/** Reads the home token. Throws ProblemError NO_TOKEN if that is impossible. */
export async function readToken(home: Home): Promise<string> {
  try {
    return (await readFile(home.tokenFile, 'utf8')).trim()
  } catch (cause) {
    throw localProblem('NO_TOKEN', 'The home token cannot be read.', {
      detail: `The system reports: ${cause instanceof Error ? cause.message : cause}.`,
      remedy:
        'Run this as the user who started the recorder. If the token is missing, restart the recorder: it writes a new one.',
      cause,
    })
  }
}
