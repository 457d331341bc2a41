import { open } from 'node:fs/promises'

/**
 * Forces a folder's entries to disk. On Windows, where folders cannot be opened, the file system
 * does it by itself.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
