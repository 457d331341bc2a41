import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { storageError } from './database.ts'

/** A snapshot of a folder's files from before a database was opened on them. */
export interface FolderSnapshot {
  /** Deletes the snapshot of a sound database. Call it before anything is written. */
  discard(): Promise<void>
  /** Restores the folder of a damaged database, which must be closed. */
  restore(): Promise<void>
  /** Deletes the snapshot of a database that could not be opened and was not changed. */
  abandon(): Promise<void>
}

/**
 * Takes a snapshot of a database folder while it is opened and verified. On opening, LevelDB
 * rewrites its files without the damaged records and deletes the old files, which a person might
 * have repaired or needed as evidence. The copies are hard links and cost almost nothing: LevelDB
 * replaces files on opening and changes none.
 *
 * A snapshot whose opening was killed (`<folder>.opening`) stays until the database is found sound.
 * All functions reject with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function snapshotFolder(folder: string): Promise<FolderSnapshot> {
  const snapshot = `${folder}.opening`
  const temporary = `${snapshot}.${process.pid}`
  const targetExists = ['ENOTEMPTY', 'EEXIST', 'EPERM']
  let isOwn = await wrapErrors(async () => {
    // Complete a `restore` that was killed between its two steps.
    await rename(snapshot, folder).catch(ignore('ENOENT', ...targetExists))
    if (!(await linkFiles(folder, temporary))) return false
    const isRenamed = await rename(temporary, snapshot).then(() => true, ignore(...targetExists))
    if (!isRenamed) await rm(temporary, { recursive: true })
    return isRenamed === true
  })
  return {
    // Rename first: half a snapshot must never look like a whole one.
    discard: () =>
      wrapErrors(async () => {
        isOwn = false
        await rename(snapshot, temporary).catch(ignore('ENOENT'))
        await rm(temporary, { recursive: true, force: true })
      }),
    restore: () =>
      wrapErrors(async () => {
        if (!isOwn) return
        await rename(folder, temporary)
        await rename(snapshot, folder)
        await rm(temporary, { recursive: true, force: true })
      }),
    abandon: () =>
      wrapErrors(async () => {
        if (isOwn) await rm(snapshot, { recursive: true, force: true })
      }),
  }
}

/** Links the files of a folder into another one. Returns whether there were any. */
async function linkFiles(folder: string, copy: string): Promise<boolean> {
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
