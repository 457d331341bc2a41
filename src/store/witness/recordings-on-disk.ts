import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { wrapReadErrors } from '../database/database.ts'

const SEGMENT_FILE = /\.(ogg|mp4)(\.age)?$/

/**
 * Returns the names of the folders that hold at least one segment; none when there is no such
 * folder. Rejects with STORAGE_UNAVAILABLE.
 */
export async function recordingsOnDisk(folder: string): Promise<string[]> {
  return wrapReadErrors(async () => {
    const found: string[] = []
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(whenMissing)) {
      if (!entry.isDirectory()) continue
      const files = await readdir(join(folder, entry.name)).catch(whenMissing)
      if (files.some((name) => SEGMENT_FILE.test(name))) found.push(entry.name)
    }
    return found
  })
}

function whenMissing(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT') return []
  throw error
}
