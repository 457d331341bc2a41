import { basename, dirname, join } from 'node:path'
import { RecorderError } from '../contract/errors.ts'

/** Creates the error of a key that is missing, wrong or cannot be read. */
export function keyUnavailable(detail: string, cause?: unknown): RecorderError {
  return new RecorderError('KEY_UNAVAILABLE', detail, cause === undefined ? {} : { cause })
}

/** Creates the error of a recording whose key is missing, although it was not erased. */
export const keyMissing = (): RecorderError =>
  keyUnavailable('The key of this recording is missing.')

/** Returns an error as KEY_UNAVAILABLE; one that is a RecorderError already as it is. */
export function toKeyUnavailable(error: unknown, detail: string): RecorderError {
  return error instanceof RecorderError ? error : keyUnavailable(detail, error)
}

/** Returns the path of a key file as a person sees it in the home folder. */
export const keyFileName = (path: string): string => join(basename(dirname(path)), basename(path))

/** A key file was changed, so that no key opens it any more. */
export class DamagedKeyError extends RecorderError {
  constructor(path: string, cause?: unknown) {
    const detail = `The key file ${keyFileName(path)} is damaged. Restore it from a backup of the home.`
    super('KEY_UNAVAILABLE', detail, cause === undefined ? {} : { cause })
  }
}
