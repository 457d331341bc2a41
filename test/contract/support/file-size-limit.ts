import { execFileSync } from 'node:child_process'

/**
 * Sets how long the files may become that a process writes, in bytes; null for no limit. With 0 the
 * operating system refuses whatever it writes, as it does on a disk that fails. Linux only; needs
 * no privileges.
 */
export function limitFileSize(pid: number, bytes: number | null): void {
  // Only the soft limit: the hard one could not be raised again.
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`])
}

/** Null when such limits can be set here; otherwise why not. */
export function fileSizeLimitProblem(): string | null {
  if (process.platform !== 'linux')
    return `limits for another process need Linux, this is ${process.platform}`
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'prlimit (package util-linux) is missing'
  }
}
