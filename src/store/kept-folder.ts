import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { storageError } from './database.ts'

/** A folder's files as they were before a database was opened on them. */
export interface KeptFolder {
  /**
   * The database is sound: what was kept is not needed any more. To be called before anything is
   * written.
   */
  discard(): Promise<void>
  /** The database is not sound, and closed: the folder is again as it was. */
  restore(): Promise<void>
  /** Somebody else has the database open, so it was not touched. */
  abandon(): Promise<void>
}

/**
 * Keeps the files of a database folder while it is opened and verified: on opening LevelDB writes
 * its files anew, without what it finds damaged, and deletes the old ones, though a person might
 * have repaired them or needed them as evidence. Costs next to nothing: the copies are hard links,
 * since LevelDB on opening replaces files and changes none.
 *
 * A folder kept by an opening that was killed (`<folder>.opening`) stays until the database is
 * found sound. All of it rejects with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function keepFolder(folder: string): Promise<KeptFolder> {
  const kept = `${folder}.opening`
  const beside = `${kept}.${process.pid}`
  const inTheWay = ['ENOTEMPTY', 'EEXIST', 'EPERM']
  let isOurs = await guarded(async () => {
    // Killed between the two steps of `restore`.
    await rename(kept, folder).catch(unless('ENOENT', ...inTheWay))
    if (!(await duplicate(folder, beside))) return false
    const taken = await rename(beside, kept).then(() => true, unless(...inTheWay))
    if (!taken) await rm(beside, { recursive: true })
    return taken === true
  })
  return {
    // In one step: a rest of it must not be taken for the whole later.
    discard: () =>
      guarded(async () => {
        isOurs = false
        await rename(kept, beside).catch(unless('ENOENT'))
        await rm(beside, { recursive: true, force: true })
      }),
    restore: () =>
      guarded(async () => {
        if (!isOurs) return
        await rename(folder, beside)
        await rename(kept, folder)
        await rm(beside, { recursive: true, force: true })
      }),
    abandon: () =>
      guarded(async () => {
        if (isOurs) await rm(kept, { recursive: true, force: true })
      }),
  }
}

/** Whether there was something to duplicate. */
async function duplicate(folder: string, copy: string): Promise<boolean> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(unless('ENOENT'))) ?? []
  if (entries.length === 0) return false
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { mode: 0o700 })
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    const [from, to] = [join(folder, name), join(copy, name)]
    // Some file systems have no hard links; and a file may be gone where another process is at
    // work, which opening will tell.
    await link(from, to)
      .catch(() => copyFile(from, to))
      .catch(unless('ENOENT'))
  }
  return true
}

function unless(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError('The files of the log cannot be kept while it is opened', error)
  }
}
