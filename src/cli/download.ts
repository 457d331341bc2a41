import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { localProblem } from './problem.ts'

/** A file that was downloaded completely. */
export interface DownloadedFile {
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/** How a download is shown. */
export interface DownloadProgress {
  onPercent(percent: number): void
  /** The length of an answer that does not say its length, for its progress. */
  estimatedBytes?: number
}

/**
 * Writes an answer to a temporary file for the user alone, checks its length and digest (RFC 9530),
 * syncs it to disk and renames it to `path`. Leaves nothing behind if anything fails. An answer
 * without a length that breaks off fails, too.
 */
export async function saveDownload(
  answer: Pick<Response, 'headers' | 'body'>,
  path: string,
  { onPercent, estimatedBytes = 1 }: DownloadProgress,
): Promise<DownloadedFile> {
  const temporaryFile = `${path}.${process.pid}.part`
  const length = answer.headers.get('content-length')
  const expectedBytes = length === null ? undefined : Number(length)
  const reader = answer.body!.getReader()
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const handle = await open(temporaryFile, 'wx', 0o600)
    try {
      for (;;) {
        const { done, value: chunk } = await reader.read()
        if (done) break
        hash.update(chunk)
        await handle.writeFile(chunk)
        bytes += chunk.length
        const percent = (100 * bytes) / Math.max(1, expectedBytes ?? estimatedBytes)
        onPercent(Math.min(expectedBytes === undefined ? 99 : 100, Math.floor(percent)))
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    const digest = hash.digest()
    const expectedDigest = answer.headers.get('repr-digest')
    if (
      bytes !== (expectedBytes ?? bytes) ||
      (expectedDigest !== null && expectedDigest !== `sha-256=:${digest.toString('base64')}:`)
    )
      throw localProblem('FAILED', 'The file arrived incomplete or damaged.', {
        remedy: 'Try again.',
      })
    await rename(temporaryFile, path)
    return { bytes, sha256: digest.toString('hex') }
  } catch (error) {
    await reader.cancel()
    await rm(temporaryFile, { force: true })
    throw error
  }
}
