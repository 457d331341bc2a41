import { RecorderError } from '../../contract/errors.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { ValuePlace } from '../../custody/values.ts'
import type { CommandAnswer } from '../port.ts'

/** A kept answer on disk. */
export interface SealedAnswer {
  /** The recording whose key opens it; null: the home's. */
  recordingId: string | null
  $sealed: string
}

/** Returns the place of an answer that is kept under a key. */
export const placeOfAnswer = (recordingId: string | null, key: string): ValuePlace => ({
  ...{ recordingId, position: 0, member: key },
})

/** Returns the id of the recording in an answer; null when it has none. */
export function recordingOf({ body }: CommandAnswer): string | null {
  if (typeof body !== 'object' || body === null || !('id' in body)) return null
  return typeof body.id === 'string' ? body.id : null
}

/**
 * Whether an answer shows a recording as it is after its erasure has begun. It has nothing more
 * about people, and must outlive the key of the recording.
 */
export function showsErasure(answer: CommandAnswer): boolean {
  if (recordingOf(answer) === null) return false
  const { erased } = answer.body as Partial<RecordingView>
  return erased !== null && erased !== undefined
}

/** Whether an answer shows a recording as it was before its erasure. */
export function isOlderThanErasure(
  answer: CommandAnswer,
  isErased: (id: string) => boolean,
): boolean {
  const id = recordingOf(answer)
  return id !== null && isErased(id) && !showsErasure(answer)
}

/** Creates the error for an answer whose recording was erased after it. */
export function erasedMeanwhile(): RecorderError {
  return new RecorderError('ERASED', 'The recording that the answer was about was erased.')
}
