import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { storageError } from './database.ts'

/** A snapshot of a folder's files from before a database was opened on them. */
export interface FolderSnapshot {
  /** Whether it was made now, of files that are there. */
  readonly isOwn: boolean
  /**
   * Deletes what killed openings have left. Call it once the database is open: its lock proves that
   * no other process uses it.
   */
  sweep(): Promise<void>
  /** Deletes the snapshot of an intact database. Call it before anything is written. */
  discard(): Promise<void>
  /**
   * Restores the folder of a damaged database, which must be closed. Resolves with whether the
   * files are those from before an opening that was killed: they may be sound.
   */
  restore(): Promise<boolean>
  /** Deletes the snapshot of a database that could not be opened and was not changed. */
  abandon(): Promise<void>
  /**
   * Keeps the snapshot of a database that is used before all of it is verified. It is never
   * restored, because it lacks what is written from now on.
   */
  keep(): Promise<void>
}

/**
 * Takes a snapshot of a database folder while it is opened and verified. On opening, LevelDB
 * rewrites its files without the damaged records and deletes the old files, which a person might
 * have repaired or needed as evidence. The copies are hard links and cost almost nothing: LevelDB
 * replaces files on opening and changes none.
 *
 *   <folder>.opening          the snapshot. That of a killed opening stays: it holds the files from
 *                             before LevelDB rewrote them
 *   <folder>.opening.<pid>    a snapshot that is being made or deleted
 *   <folder>.unverified       the files from before an opening that has not verified everything,
 *                             until that is done. Those of the first such opening stay
 *   <folder>.verify.<pid>     the files that a verification of a stopped home works on
 *   <folder>.rewritten.<pid>  what LevelDB made of a damaged database when its opening was killed;
 *                             kept until the database is verified
 *
 * All functions reject with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function snapshotFolder(folder: string): Promise<FolderSnapshot> {
  const snapshot = snapshotOf(folder)
  const temporary = `${snapshot}.${process.pid}`
  let source: 'own' | 'killed opening' | 'none' = await wrapErrors(() =>
    take(folder, snapshot, temporary),
  )
  return {
    isOwn: source === 'own',
    sweep: () => wrapErrors(() => sweep(folder)),
    discard: () =>
      wrapErrors(async () => {
        source = 'none'
        // Rename first: half a snapshot must never look like a whole one.
        await rm(temporary, { recursive: true, force: true })
        await rename(snapshot, temporary).catch(ignore('ENOENT'))
        await rm(temporary, { recursive: true, force: true })
        for (const name of await siblings(folder, 'rewritten'))
          await rm(name, { recursive: true, force: true })
        await discardUnverified(folder)
      }),
    restore: () =>
      wrapErrors(async () => {
        const restored = source
        source = 'none'
        if (restored === 'none') return false
        const isOwn = restored === 'own'
        const replaced = isOwn ? temporary : `${folder}.rewritten.${process.pid}`
        await rm(replaced, { recursive: true, force: true })
        await rename(folder, replaced)
        try {
          await rename(snapshot, folder)
        } catch (error) {
          await rename(replaced, folder)
          throw error
        }
        if (isOwn) await rm(replaced, { recursive: true, force: true })
        return !isOwn
      }),
    abandon: () =>
      wrapErrors(async () => {
        if (source === 'own') await rm(snapshot, { recursive: true, force: true })
      }),
    keep: () =>
      wrapErrors(async () => {
        source = 'none'
        await rename(snapshot, unverifiedFiles(folder)).catch(
          ignore('ENOTEMPTY', 'EEXIST', 'EPERM'),
        )
        await rm(temporary, { recursive: true, force: true })
        await rename(snapshot, temporary).catch(ignore('ENOENT'))
        await rm(temporary, { recursive: true, force: true })
      }),
  }
}

/** The folder with the snapshot that is taken while a log is opened. */
export const snapshotOf = (folder: string): string => `${folder}.opening`

/** The folder with the files from before an opening whose log is not verified yet. */
export const unverifiedFiles = (folder: string): string => `${folder}.unverified`

/** Deletes those files, once everything is verified. Rejects like {@link snapshotFolder}. */
export function discardUnverified(folder: string): Promise<void> {
  return wrapErrors(() => rm(unverifiedFiles(folder), { recursive: true, force: true }))
}

async function take(
  folder: string,
  snapshot: string,
  temporary: string,
): Promise<'own' | 'killed opening' | 'none'> {
  const targetExists = ['ENOTEMPTY', 'EEXIST', 'EPERM']
  // Complete a `restore` that was killed between its two steps.
  await rename(snapshot, folder).catch(ignore('ENOENT', ...targetExists))
  if (!(await linkFiles(folder, temporary))) return 'none'
  const isRenamed = await rename(temporary, snapshot).then(() => true, ignore(...targetExists))
  if (isRenamed) return 'own'
  await rm(temporary, { recursive: true })
  return 'killed opening'
}

/**
 * Links the files of a folder into another one, in place of what is there. Resolves with whether
 * there were any. Rejects with errors of the file system.
 */
export async function linkFiles(folder: string, copy: string): Promise<boolean> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ignore('ENOENT'))) ?? []
  if (entries.length === 0) return false
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { mode: 0o700 })
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    const [from, to] = [join(folder, name), join(copy, name)]
    // Some file systems have no hard links. A file may be gone when another process has the
    // database open; opening it detects that.
    await link(from, to)
      .catch(() => copyFile(from, to))
      .catch(ignore('ENOENT'))
  }
  return true
}

/** Deletes what processes that are gone have left beside the folder; nothing of it is needed. */
async function sweep(folder: string): Promise<void> {
  for (const kind of ['copy', 'replaced'])
    await rm(`${folder}.${kind}`, { recursive: true, force: true })
  for (const path of await siblings(folder, 'opening'))
    if (pidOf(path) === process.pid || !isAlive(pidOf(path)))
      await rm(path, { recursive: true, force: true })
  for (const path of await siblings(folder, 'verify'))
    if (!isAlive(pidOf(path))) await rm(path, { recursive: true, force: true })
}

/** Returns the paths `<folder>.<kind>.<pid>`. */
async function siblings(
  folder: string,
  kind: 'opening' | 'rewritten' | 'verify',
): Promise<string[]> {
  const prefix = `${basename(folder)}.${kind}.`
  const names = await readdir(dirname(folder))
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => join(dirname(folder), name))
}

const pidOf = (path: string): number => Number(path.slice(path.lastIndexOf('.') + 1))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function ignore(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}

async function wrapErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError('The files of the log cannot be kept while it is opened', error)
  }
}
