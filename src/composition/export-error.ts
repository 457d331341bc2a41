import { RecorderError } from '../contract/errors.ts'
import { isDiskFull } from '../disk/disk-full.ts'

/** Creates the error EXPORT_FAILED. Clients see the `detail`. */
export function exportError(detail: string, cause?: unknown): RecorderError {
  return new RecorderError('EXPORT_FAILED', detail, { cause })
}

/**
 * Converts any error into one for clients: STORAGE_FULL when the disk is full, EXPORT_FAILED for
 * everything else that is not a RecorderError, or that ffmpeg lacks (CAPTURE_FAILED).
 */
export function toExportError(error: unknown): RecorderError {
  if (error instanceof RecorderError && error.code !== 'CAPTURE_FAILED') return error
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof RecorderError) return exportError(message, error)
  if (isDiskFull(error)) {
    return new RecorderError('STORAGE_FULL', `No space is left for the file (${code}).`, {
      cause: error,
    })
  }
  return exportError(`The file could not be made${code === undefined ? '' : ` (${code})`}.`, error)
}
