import { readFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../disk/sync-folder.ts'

/** A file with a wrapped key. `masterKey` is the id of the key that opens it. */
export interface KeyFile {
  version: 1
  masterKey: string
  /** Base64url. */
  wrapped: string
}

/** Reads a key file; undefined when there is none. Throws errors of the file system. */
export function readKeyFile(path: string): KeyFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as KeyFile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file of the user's own (0600) in place of another, at once, and forces it to disk. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/**
 * Removes a file and overwrites what it held before that: file systems that write in place then
 * keep nothing of it. Resolves when that is on disk. Idempotent.
 */
export async function destroyFile(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r+')
    try {
      const { size } = await handle.stat()
      await handle.write(Buffer.alloc(size), 0, size, 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rm(path, { force: true })
  await syncFolder(dirname(path))
}
