import { type FileHandle, open } from 'node:fs/promises'

/** Opens a file; undefined when it is not there. */
export async function openIfThere(
  path: string,
  flags: string | number,
): Promise<FileHandle | undefined> {
  return open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
