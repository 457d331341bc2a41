import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { localProblem } from './problem.ts'

/** A file that has been received. */
export interface Received {
  bytes: number
  /** Lower-case hex. */
  sha256: string
}

/**
 * Writes an answer beside its place, for the user alone, checks its length and digest (RFC 9530),
 * forces it to disk and gives it its name. Whatever goes wrong, nothing of it stays.
 */
export async function receive(
  answer: IncomingMessage,
  path: string,
  onPercent: (percent: number) => void,
): Promise<Received> {
  const part = `${path}.${process.pid}.part`
  const expected = Number(answer.headers['content-length'] ?? 0)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const handle = await open(part, 'wx', 0o600)
    try {
      for await (const chunk of answer) {
        hash.update(chunk as Buffer)
        await handle.writeFile(chunk as Buffer)
        bytes += (chunk as Buffer).length
        onPercent(Math.floor((100 * bytes) / Math.max(1, expected)))
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    const digest = hash.digest()
    const told = answer.headers['repr-digest']
    if (
      bytes !== expected ||
      (told !== undefined && told !== `sha-256=:${digest.toString('base64')}:`)
    )
      throw localProblem('FAILED', 'The file did not arrive whole', { remedy: 'Try again.' })
    await rename(part, path)
    return { bytes, sha256: digest.toString('hex') }
  } catch (error) {
    answer.destroy()
    await rm(part, { force: true })
    throw error
  }
}
