import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'
import { writeSynced } from './write-synced.ts'

/** The end of the name of a file that is being written. */
export const DRAFT = '.new'

/** Whether a name is that of a file that was being written when the daemon died. */
export function isDraft(name: string): boolean {
  return name.endsWith(DRAFT)
}

/**
 * Writes a file of the user's own (0600) in place of another, at once. Resolves when it is on disk;
 * with `name: 'later'`, when its content is. Leaves the other as it is when that fails.
 */
export async function writePrivateFile(
  path: string,
  content: string | Buffer,
  { name }: { name?: 'later' } = {},
): Promise<void> {
  const draft = `${path}${DRAFT}`
  try {
    await writeSynced(draft, content, 'w')
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
  if (name !== 'later') await syncFolder(dirname(path))
}
