import { access, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeSynced } from '../disk/write-synced.ts'
import { localProblem } from './problem.ts'

/** Throws when a file exists that is not to be overwritten. */
export async function assertNewFile(path: string, overwrite: boolean): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (overwrite || !exists) return
  throw localProblem('FAILED', 'The file exists already.', {
    detail: `${resolve(path)} was not overwritten.`,
    remedy: 'Choose another name, or overwrite it with --force.',
  })
}

/** Writes a file that only the user can read. It is there when it is complete and on disk. */
export async function writeOwnFile(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.part`
  try {
    await writeSynced(draft, content, 'wx')
    await rename(draft, path)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {})
    const detail = (cause as Error).message
    throw localProblem('FAILED', 'The file cannot be written.', { detail, cause })
  }
}
