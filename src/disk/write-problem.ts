import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const BLOCK = Buffer.alloc(4_096)

/**
 * Tries to write a file into a folder, and removes it. Resolves with the file system's error when
 * that is impossible: a disk with free bytes may have no room for further files, a quota may be
 * used up, and a disk may have become read-only. A folder that does not exist is no problem here.
 */
export async function writeProblem(folder: string): Promise<Error | undefined> {
  const file = join(folder, `write-check.${process.pid}.tmp`)
  try {
    await writeFile(file, BLOCK, { mode: 0o600 })
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : (error as Error)
  } finally {
    await rm(file, { force: true }).catch(() => {})
  }
}
