import { RecorderError } from '../../contract/errors.ts'
import { DamagedViewError } from '../../store/port.ts'

/**
 * Whether an append failed for its recording alone: a stored view of it is damaged, or its key
 * cannot be read. The log itself can go on.
 */
export function isOfOneRecording(error: unknown): boolean {
  if (error instanceof DamagedViewError) return true
  return error instanceof RecorderError && error.code === 'KEY_UNAVAILABLE'
}
