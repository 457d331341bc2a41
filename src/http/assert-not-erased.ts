import { RecorderError } from '../contract/errors.ts'
import type { RecordingView } from '../contract/views.ts'

/** Throws ERASED when the erasure of a recording has begun. */
export function assertNotErased({ id, erased }: Pick<RecordingView, 'id' | 'erased'>): void {
  if (erased === null) return
  throw new RecorderError('ERASED', 'The recording was erased.', { members: { recordingId: id } })
}
