import type { FileHandle } from 'node:fs/promises'
import { writeFully } from './write-fully.ts'

const ZEROS = Buffer.alloc(1_048_576)

/**
 * Overwrites a file with zeros: a file system that writes in place then keeps nothing of it.
 * Resolves when that is on disk. Rejects with errors of the file system, or with the signal's
 * reason. Does not close the file.
 */
export async function overwrite(file: FileHandle, signal?: AbortSignal): Promise<void> {
  const { size } = await file.stat()
  for (let at = 0; at < size; at += ZEROS.length) {
    signal?.throwIfAborted()
    await writeFully(file, ZEROS.subarray(0, Math.min(ZEROS.length, size - at)), at)
  }
  await file.sync()
}
