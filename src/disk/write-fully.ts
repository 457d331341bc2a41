import type { FileHandle } from 'node:fs/promises'

/**
 * Writes all bytes at a position. A disk that becomes full takes a part of them first, and only the
 * next write says so. Rejects with errors of the file system.
 */
export async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
