import { RecorderError } from '../contract/errors.ts'
import { isDiskFull } from '../disk/disk-full.ts'

/** A file cannot be composed. `detail` is shown to clients. */
export function exportFailed(detail: string, cause?: unknown): RecorderError {
  return new RecorderError('EXPORT_FAILED', detail, { cause })
}

/** Any error as clients are told of it. */
export function failureOf(error: unknown): RecorderError {
  if (error instanceof RecorderError && error.code !== 'CAPTURE_FAILED') return error
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof RecorderError) return exportFailed(message, error)
  if (isDiskFull(error)) {
    return new RecorderError('STORAGE_FULL', `No space is left for the file (${code}).`, {
      cause: error,
    })
  }
  return exportFailed(`The file could not be made${code === undefined ? '' : ` (${code})`}.`, error)
}
