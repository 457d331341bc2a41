import { hash } from 'node:crypto'
import { RecorderError } from '../../contract/errors.ts'

/** Hexadecimal digits of a checksum: 52 bits, which a number holds exactly. */
const DIGITS = 13

/** The beginning of the SHA-256 (FIPS 180-4) of an entry: 13 lower-case hexadecimal digits. */
export function checksum(key: string, value: string): string {
  return hash('sha256', `${key}\0${value}`).slice(0, DIGITS)
}

/**
 * Returns a value with its checksum in front. The checksum covers the key, too, so that a value is
 * not believed in another's place.
 */
export function withChecksum(key: string, value: string): string {
  return checksum(key, value) + value
}

/** Returns a value without its checksum. Throws {@link DamagedViewError} when it has changed. */
export function withoutChecksum(key: string, stored: string): string {
  const value = stored.slice(DIGITS)
  if (stored.slice(0, DIGITS) !== checksum(key, value)) throw new DamagedViewError(key)
  return value
}

/**
 * A stored view, or an index, does not agree with the log. The next start of the recorder rebuilds
 * it.
 */
export class DamagedViewError extends RecorderError {
  constructor(key: string) {
    super(
      'STORAGE_UNAVAILABLE',
      `What the recorder keeps under ${key} has changed on disk. Restart the recorder: it then makes that again from the log.`,
    )
  }
}
