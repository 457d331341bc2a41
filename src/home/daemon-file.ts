import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Home } from './home.ts'
import { codeOf, HomeError, messageOf } from './home-error.ts'

/** A running daemon's announcement. `startedAt` is RFC 3339 UTC with milliseconds. */
export interface DaemonInfo {
  pid: number
  url: string
  startedAt: string
}

/**
 * The content of daemon.json. `stale`: the file was left by a daemon that is gone; `daemon` is null
 * if the file cannot be parsed.
 */
export type DaemonState =
  | { state: 'absent' }
  | { state: 'stale'; daemon: DaemonInfo | null }
  | { state: 'running'; daemon: DaemonInfo }

/**
 * Announces a daemon (mode 0600). Writes a temporary file and renames it, so that nobody ever reads
 * half of it.
 */
export async function writeDaemonFile(home: Home, daemon: DaemonInfo): Promise<void> {
  const temporaryFile = `${home.daemonFile}.${process.pid}.tmp`
  try {
    await rm(temporaryFile, { force: true })
    await writeFile(temporaryFile, `${JSON.stringify(daemon)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporaryFile, home.daemonFile)
  } catch (cause) {
    await rm(temporaryFile, { force: true }).catch(() => {})
    throw new HomeError(`${home.daemonFile} cannot be written: ${messageOf(cause)}.`, { cause })
  }
}

/**
 * Reads whether a daemon serves this home, as far as its announcement and the process table show.
 */
export async function readDaemonFile(home: Home): Promise<DaemonState> {
  let text: string
  try {
    text = await readFile(home.daemonFile, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return { state: 'absent' }
    throw new HomeError(`${home.daemonFile} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  const daemon = parseDaemon(text)
  if (daemon === null) return { state: 'stale', daemon }
  return { state: isAlive(daemon.pid) ? 'running' : 'stale', daemon }
}

/**
 * Removes the announcement if it is still the one of `pid`. A daemon must not remove its
 * successor's.
 */
export async function removeDaemonFile(home: Home, pid = process.pid): Promise<void> {
  const found = await readDaemonFile(home)
  if (found.state !== 'absent' && found.daemon?.pid === pid)
    await rm(home.daemonFile, { force: true })
}

function parseDaemon(text: string): DaemonInfo | null {
  try {
    const { pid, url, startedAt } = JSON.parse(text)
    // Only the literal loopback address: the home token is sent there.
    const local = typeof url === 'string' && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url)
    const valid = Number.isSafeInteger(pid) && pid > 0 && typeof startedAt === 'string' && local
    return valid ? { pid, url, startedAt } : null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return codeOf(error) === 'EPERM'
  }
}
