import { readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Home } from './home.ts'
import { codeOf, HomeError, messageOf } from './home-error.ts'
import { processStart } from './process-start.ts'

/** A running daemon's announcement. `startedAt` is RFC 3339 UTC with milliseconds. */
export interface DaemonInfo {
  pid: number
  url: string
  startedAt: string
  /** The path of its Unix socket, if it has one. */
  socket?: string
  /** Identifies the life of its process id, where the system tells: `processStart`. */
  processStart?: string
  /** The folder that it serves: a copy of a home has this file, too. */
  folder?: ServedFolder
}

/** A folder by its real path, and by its place on its file system. */
interface ServedFolder {
  path: string
  /** Device and inode. */
  id: string
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
    await sweepTemporaryFiles(home)
    const start = await processStart(daemon.pid)
    const content = {
      ...daemon,
      ...(start !== null && { processStart: start }),
      folder: await servedFolder(home),
    }
    await writeFile(temporaryFile, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(temporaryFile, home.daemonFile)
  } catch (cause) {
    await rm(temporaryFile, { force: true }).catch(() => {})
    throw problemOf(home, 'written', cause)
  }
}

/** Removes what daemons that were killed here have left. The caller holds the lock of the home. */
async function sweepTemporaryFiles(home: Home): Promise<void> {
  const prefix = `${basename(home.daemonFile)}.`
  for (const name of await readdir(home.folder))
    if (name.startsWith(prefix) && name.endsWith('.tmp'))
      await rm(join(home.folder, name), { force: true })
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
    throw problemOf(home, 'read', cause)
  }
  const daemon = parseDaemon(text)
  if (daemon === null) return { state: 'stale', daemon }
  const isOwn = daemon.folder === undefined || (await isServed(home, daemon.folder))
  return { state: isOwn && (await isAlive(daemon)) ? 'running' : 'stale', daemon }
}

async function servedFolder({ folder }: Home): Promise<ServedFolder> {
  const { dev, ino } = await stat(folder, { bigint: true })
  return { path: await realpath(folder), id: `${dev}:${ino}` }
}

/**
 * Whether a home is the folder that a daemon serves. A snapshot or a copy has another path and
 * another inode; a container sees the same one at another path, and some file systems number anew.
 */
async function isServed(home: Home, { path, id }: ServedFolder): Promise<boolean> {
  const own = await servedFolder(home)
  return own.path === path || own.id === id
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

function problemOf({ daemonFile }: Home, done: 'written' | 'read', cause: unknown): HomeError {
  const isFolder = codeOf(cause) === 'EISDIR'
  const detail = isFolder
    ? 'is a folder. Remove it; the next start writes a file.'
    : `cannot be ${done}: ${messageOf(cause)}.`
  return new HomeError(`${daemonFile} ${detail}`, { cause })
}

function parseDaemon(text: string): DaemonInfo | null {
  try {
    const { pid, url, startedAt, socket, processStart: start, folder } = JSON.parse(text)
    // Only the literal loopback address: the home token is sent there.
    const local = typeof url === 'string' && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url)
    const valid = Number.isSafeInteger(pid) && pid > 0 && typeof startedAt === 'string' && local
    if (!valid) return null
    return {
      pid,
      url,
      startedAt,
      ...(typeof socket === 'string' && { socket }),
      ...(typeof start === 'string' && { processStart: start }),
      ...(typeof folder?.path === 'string' && typeof folder.id === 'string' && { folder }),
    }
  } catch {
    return null
  }
}

/** Whether the process that announced itself lives, and not another one with its recycled id. */
async function isAlive({ pid, processStart: announced }: DaemonInfo): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    // EPERM means that the process belongs to another user, so it is not this home's daemon.
    return false
  }
  const start = await processStart(pid)
  if (start === 'ended') return false
  return start === null || announced === undefined || start === announced
}
