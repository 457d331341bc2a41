import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { SegmentDescription } from '../contract/events.ts'
import type { BuildContext } from './build-context.ts'
import { exportError } from './export-error.ts'

const HASH_BYTES = 1_048_576

/** Checks every segment against its SHA-256. Throws EXPORT_FAILED for a missing or changed one. */
export async function checkSegments(
  segments: readonly SegmentDescription[],
  context: Pick<BuildContext, 'path' | 'progress' | 'signal'>,
): Promise<void> {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  let checked = 0
  for (const segment of segments) {
    const name = `Segment ${segment.number} of ${segment.medium}`
    const hash = createHash('sha256')
    try {
      for await (const chunk of createReadStream(context.path(segment), {
        highWaterMark: HASH_BYTES,
        signal: context.signal,
      })) {
        hash.update(chunk as Buffer)
        checked += (chunk as Buffer).length
        context.progress(checked / total)
      }
    } catch (error) {
      context.signal.throwIfAborted()
      const { code } = error as NodeJS.ErrnoException
      throw exportError(
        `${name} ${code === 'ENOENT' ? 'is missing from the disk' : `cannot be read (${code})`}.`,
        error,
      )
    }
    if (hash.digest('hex') !== segment.sha256)
      throw exportError(`${name} is not what was recorded: its file has changed.`)
  }
}
