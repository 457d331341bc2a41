import { hash } from 'node:crypto'
import { RecorderError } from '../contract/errors.ts'

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
export function seal(key: string, value: string): string {
  return checksum(key, value) + value
}

/** Returns the value that was sealed. Throws {@link DamagedViewError} when it has changed since. */
export function unseal(key: string, sealed: string): string {
  const value = sealed.slice(DIGITS)
  if (sealed.slice(0, DIGITS) !== checksum(key, value)) throw new DamagedViewError(key)
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
