import { spawnSync } from 'node:child_process'
import { findProgram } from './find-program.ts'

let prefix: readonly string[] | undefined

/**
 * Arguments to put before a command so that the kernel kills it when this process dies, however it
 * dies. A capture helper that waits for a frozen sound server would otherwise outlive this process.
 * Empty when `setpriv` (util-linux) cannot do it.
 */
export function parentDeathPrefix(): readonly string[] {
  prefix ??= findPrefix()
  return prefix ?? []
}

/** Undefined when it cannot be found out now (no process or file descriptor is left). */
function findPrefix(): readonly string[] | undefined {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv', process.env) : null
  if (setpriv === null) return []
  const command = [setpriv, '--pdeathsig', 'KILL', '--']
  // Tries it, because busybox has a setpriv without the option.
  const trial = spawnSync(setpriv, [...command.slice(1), 'true'], {
    stdio: 'ignore',
    timeout: 2_000,
  })
  if (trial.error) return undefined
  return trial.status === 0 ? command : []
}
