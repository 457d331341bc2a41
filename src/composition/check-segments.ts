import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { RecorderError } from '../contract/errors.ts'
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
      throw unreadableSegment(segment, error)
    }
    if (hash.digest('hex') !== segment.sha256) throw changedSegment(segment)
  }
}

/** Creates the error for a segment whose file cannot be opened or read. */
export function unreadableSegment(segment: SegmentDescription, cause: unknown): RecorderError {
  const { code } = cause as NodeJS.ErrnoException
  const fault = code === 'ENOENT' ? 'is missing from the disk' : `cannot be read (${code})`
  return exportError(`${nameOf(segment)} ${fault}.`, cause)
}

/** Creates the error for a segment whose file is not what the log says. */
export function changedSegment(segment: SegmentDescription): RecorderError {
  return exportError(`${nameOf(segment)} is not what was recorded: its file has changed.`)
}

const nameOf = ({ number, medium }: SegmentDescription): string => `Segment ${number} of ${medium}`
