import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { localProblem } from './problem.ts'

/** A file that was downloaded completely. */
export interface DownloadedFile {
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/**
 * Writes an answer to a temporary file for the user alone, checks its length and digest (RFC 9530),
 * syncs it to disk and renames it to `path`. Leaves nothing behind if anything fails.
 */
export async function saveDownload(
  answer: Pick<Response, 'headers' | 'body'>,
  path: string,
  onPercent: (percent: number) => void,
): Promise<DownloadedFile> {
  const temporaryFile = `${path}.${process.pid}.part`
  const expectedBytes = Number(answer.headers.get('content-length') ?? 0)
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
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
        onPercent(Math.floor((100 * bytes) / Math.max(1, expectedBytes)))
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    const digest = hash.digest()
    const expectedDigest = answer.headers.get('repr-digest')
    if (
      bytes !== expectedBytes ||
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
