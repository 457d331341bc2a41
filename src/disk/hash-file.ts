import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

const READ_BYTES = 1_048_576

/**
 * Reads a file from its first byte to its last. Resolves with its SHA-256, in lower-case hex, and
 * its length. Rejects with errors of the file system.
 */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}
