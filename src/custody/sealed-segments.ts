import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether a folder of recordings has a sealed file. Rejects with errors of the file system. */
export async function hasSealedSegments(recordingsFolder: string): Promise<boolean> {
  for (const entry of await listed(recordingsFolder)) {
    if (!entry.isDirectory()) continue
    const files = await listed(join(recordingsFolder, entry.name))
    if (files.some(({ name }) => name.endsWith('.age'))) return true
  }
  return false
}

async function listed(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
