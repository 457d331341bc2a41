import { chmod, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere } from '../disk/read-if-there.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { writeSynced } from '../disk/write-synced.ts'
import { newToken } from './secrets.ts'

const TOKEN = /^[\w-]{40,128}$/

/**
 * Reads the home token from the file `token` of the home folder, and creates it at the first start.
 * The folder must exist. The file is readable by its owner only (0600; on Windows the folder's own
 * permissions decide), and is complete and on disk before this resolves. Rejects when the file
 * contains something else: it belongs to the user, so it is never overwritten.
 */
export async function readOrCreateHomeToken(home: string): Promise<string> {
  const path = join(home, 'token')
  return (await readToken(path)) ?? (await createToken(home, path))
}

async function readToken(path: string): Promise<string | null> {
  const file = await readIfThere(path).catch((cause) => {
    if (cause.code !== 'EISDIR') throw cause
    throw new Error(`${path} is a folder. Remove it; the next start writes a new token.`, { cause })
  })
  if (file === undefined) return null
  const token = file.toString().trim()
  if (!TOKEN.test(token)) {
    throw new Error(
      `${path} does not contain a token. Remove the file; the next start writes a new one.`,
    )
  }
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
  return token
}

async function createToken(home: string, path: string): Promise<string> {
  const { secret } = newToken()
  const draft = `${path}.${process.pid}.new`
  try {
    await writeSynced(draft, `${secret}\n`, 'w')
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(home)
  return secret
}
