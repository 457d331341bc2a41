import { RecorderError } from './errors.ts'
import type { RecordingView } from './views.ts'

/** Creates the error of a recording that was erased. */
export const erasedError = (recordingId: string): RecorderError =>
  new RecorderError('ERASED', 'The recording was erased.', { members: { recordingId } })

/** Throws ERASED when the erasure of a recording has begun. */
export function assertNotErased({ id, erased }: Pick<RecordingView, 'id' | 'erased'>): void {
  if (erased !== null) throw erasedError(id)
}
