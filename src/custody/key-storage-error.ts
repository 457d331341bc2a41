import { RecorderError } from '../contract/errors.ts'
import { isDiskFull } from '../disk/disk-full.ts'

/** Returns why a key file could not be written: STORAGE_FULL, STORAGE_UNAVAILABLE, or itself. */
export function toStorageError(cause: unknown, detail: string): RecorderError {
  if (cause instanceof RecorderError) return cause
  const code = isDiskFull(cause) ? 'STORAGE_FULL' : 'STORAGE_UNAVAILABLE'
  return new RecorderError(code, detail, { cause })
}
