import { RecorderError } from '../contract/errors.ts'

/**
 * Throws INVALID_REQUEST for a position that the log does not have. A client that holds one knows
 * another log, e.g. the one before a restored backup. Any other answer would look to it as if
 * nothing happened, until the new log has grown past the position.
 */
export function assertInLog(position: number, lastPosition: number, pointer: string): void {
  if (position <= lastPosition) return
  const end = `The log ends at position ${lastPosition}.`
  throw new RecorderError(
    'INVALID_REQUEST',
    `${end} It was restored from a backup, or it is another log. Read it again from an earlier position, or from the beginning (0).`,
    { members: { errors: [{ pointer, detail: end }], lastPosition } },
  )
}
