import { statfs } from 'node:fs/promises'

/** Reads the bytes that are free on a folder's disk, for users other than root. */
export type ReadFreeBytes = (folder: string) => Promise<number>

/** Reads the free bytes from the system. Rejects with the file system's error. */
export const freeBytes: ReadFreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
