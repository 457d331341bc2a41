import { hasCode } from '../../contract/errors.ts'
import { DamagedViewError } from '../../store/port.ts'

/**
 * Whether an append failed for its recording alone: a stored view of it is damaged, or its key
 * cannot be read. The log itself can go on.
 */
export const isOfOneRecording = (error: unknown): boolean =>
  error instanceof DamagedViewError || hasCode(error, 'KEY_UNAVAILABLE')
