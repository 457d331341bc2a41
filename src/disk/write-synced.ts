import { open } from 'node:fs/promises'

/**
 * Writes a file of the user's own (0600). Resolves when its content is on disk; its name may not be
 * yet. `wx` rejects when there is such a file, `w` replaces what is in it. Rejects with errors of
 * the file system, and leaves what it has written then.
 */
export async function writeSynced(
  path: string,
  content: string | Uint8Array,
  flag: 'w' | 'wx',
): Promise<void> {
  const file = await open(path, flag, 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
