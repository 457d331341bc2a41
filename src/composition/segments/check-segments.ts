import { createHash } from 'node:crypto'
import { SealedFileError } from '../../age/sealed-file-error.ts'
import type { StoredMedia } from '../../age/stored-media.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import type { BuildContext } from '../building/build-context.ts'
import { exportError } from '../export-error.ts'

/** Checks every segment against its SHA-256. Throws EXPORT_FAILED for a missing or changed one. */
export async function checkSegments(
  segments: readonly SegmentDescription[],
  context: Pick<BuildContext, 'open' | 'progress' | 'signal'>,
): Promise<void> {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  let checked = 0
  for (const segment of segments) {
    const hash = createHash('sha256')
    await readSegment(segment, context.open, async (media) => {
      for await (const chunk of media.stream()) {
        context.signal.throwIfAborted()
        hash.update(chunk as Buffer)
        checked += (chunk as Buffer).length
        context.progress(checked / total)
      }
    }).catch((error) => {
      context.signal.throwIfAborted()
      throw error
    })
    if (hash.digest('hex') !== segment.sha256) throw changedSegment(segment)
  }
}

/**
 * Opens a segment, reads from it and closes it. An error of its file becomes EXPORT_FAILED, which
 * names the segment.
 */
export async function readSegment<Result>(
  segment: SegmentDescription,
  open: (segment: SegmentDescription) => Promise<StoredMedia>,
  read: (media: StoredMedia) => Promise<Result>,
): Promise<Result> {
  const media = await open(segment).catch((error) => {
    throw unreadableSegment(segment, error)
  })
  try {
    return await read(media)
  } catch (error) {
    throw isFileError(error) ? unreadableSegment(segment, error) : error
  } finally {
    await media.close()
  }
}

const isFileError = (error: unknown): boolean =>
  error instanceof SealedFileError || (error as NodeJS.ErrnoException).syscall !== undefined

function unreadableSegment(segment: SegmentDescription, error: unknown): unknown {
  if (error instanceof SealedFileError) return changedSegment(segment, error)
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof RecorderError && code !== 'NOT_FOUND') return error
  const fault = code === 'NOT_FOUND' ? 'is missing from the disk' : `cannot be read (${code})`
  return exportError(`${nameOf(segment)} ${fault}.`, error)
}

/** Creates the error for a segment whose file is not what the log says. */
export function changedSegment(segment: SegmentDescription, cause?: unknown): RecorderError {
  const fault = 'is not what was recorded: its file has changed'
  return exportError(`${nameOf(segment)} ${fault}.`, cause)
}

const nameOf = ({ number, medium }: SegmentDescription): string => `Segment ${number} of ${medium}`
