import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openIfThere } from '../disk/open-if-there.ts'
import { overwrite } from '../disk/overwrite.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { DRAFT } from '../disk/write-private-file.ts'
import { DamagedKeyError, keyFileName, keyUnavailable } from './key-unavailable.ts'

/** A file with a wrapped key. `masterKey` is the id of the key that opens it. */
export interface KeyFile {
  version: 1
  masterKey: string
  /** Base64url. */
  wrapped: string
}

/** Reads a key file; undefined when there is none. Throws KEY_UNAVAILABLE. */
export function readKeyFile(path: string): KeyFile | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EISDIR') throw new DamagedKeyError(path, error)
    throw keyUnavailable(`The key file ${keyFileName(path)} cannot be read (${code}).`, error)
  }
  const file = parseKeyFile(text)
  if (file) return file
  throw new DamagedKeyError(path)
}

function parseKeyFile(text: string): KeyFile | undefined {
  try {
    const { version, masterKey, wrapped } = JSON.parse(text) as KeyFile
    if (version === 1 && typeof masterKey === 'string' && typeof wrapped === 'string')
      return { version, masterKey, wrapped }
  } catch {}
  return undefined
}

/** Returns the text of a key file. */
export function keyFileText(masterKey: string, wrapped: Buffer): string {
  const file: KeyFile = { version: 1, masterKey, wrapped: wrapped.toString('base64url') }
  return `${JSON.stringify(file)}\n`
}

/**
 * Removes a file and its draft, and overwrites what they held before that: file systems that write
 * in place then keep nothing of it. Resolves when that is on disk, with whether there was such a
 * file. Idempotent.
 */
export async function destroyFile(path: string): Promise<boolean> {
  const draft = `${path}${DRAFT}`
  const existed = [await overwriteFile(path), await overwriteFile(draft)].includes(true)
  await Promise.all([rm(path, { force: true }), rm(draft, { force: true })])
  // Also when there was none: the daemon may have died before the folder was synced.
  await syncFolder(dirname(path))
  return existed
}

/** Resolves with whether there was such a file. */
async function overwriteFile(path: string): Promise<boolean> {
  const file = await openIfThere(path, 'r+')
  if (file === undefined) return false
  try {
    await overwrite(file)
  } finally {
    await file.close()
  }
  return true
}
