import { constants, type Dirent } from 'node:fs'
import { lstat, open, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSealedFile } from '../../age/stored-media.ts'
import { overwrite } from '../../disk/overwrite.ts'
import { syncFolder } from '../../disk/sync-folder.ts'

/** Files that were removed. */
export interface RemovedFiles {
  files: number
  bytes: number
}

/**
 * Removes the folder of a recording, and adds to `removed` what was in it. Overwrites files that
 * are not sealed first. Resolves when that is on disk. Rejects with errors of the file system, or
 * with the signal's reason. Idempotent.
 */
export async function removeRecordingFiles(
  folder: string,
  signal: AbortSignal,
  removed: RemovedFiles = { files: 0, bytes: 0 },
): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) continue
    signal.throwIfAborted()
    const size = await removeOne(path, entry, signal)
    if (size === undefined) continue
    removed.files++
    removed.bytes += size
  }
  // A late salvage may be making a file in it just now, for the last time.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  await syncFolder(dirname(folder))
}

/**
 * Resolves with the size of the file; undefined when it is gone: a late salvage that is under way
 * removes files of its own.
 */
async function removeOne(
  path: string,
  entry: Dirent,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const { size } = await lstat(path)
    if (entry.isFile() && !isSealed(entry.name)) await overwriteFile(path, signal)
    await rm(path)
    return size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The tail of a growing file is sealed, too. */
const isSealed = (name: string): boolean => isSealedFile(name) || name.endsWith('.tail')

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    // A link is removed, and what it leads to is left alone.
    if (!(await lstat(folder)).isDirectory()) return []
    return await readdir(folder, { withFileTypes: true, recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function overwriteFile(path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    await overwrite(file, signal)
  } finally {
    await file.close()
  }
}
