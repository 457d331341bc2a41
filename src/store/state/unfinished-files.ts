import type { EventOf, LogEvent } from '../../contract/events.ts'
import { segmentKey } from '../../contract/segment-key.ts'

/** The file of a segment that was opened, and that no event has finished. */
export interface UnfinishedFile extends Omit<EventOf<'segment.opened'>['data'], 'device'> {
  recordingId: string
}

/** The unfinished files, by recording and segment. */
export type UnfinishedFiles = Map<string, UnfinishedFile>

/** Applies an event to the unfinished files, in place. */
export function applyFileEvent(files: UnfinishedFiles, event: LogEvent): void {
  const { recordingId, type, data } = event
  if (recordingId === null) return
  if (type === 'segment.opened') {
    const { device: _, ...file } = data
    files.set(keyOf(recordingId, data), { recordingId, ...file })
  } else if (type === 'segment.closed' || type === 'segment.discarded')
    files.delete(keyOf(recordingId, data))
  else if (type === 'recording.startFailed' || type === 'recording.erasing')
    for (const [key, file] of files) if (file.recordingId === recordingId) files.delete(key)
}

function keyOf(
  recordingId: string,
  { medium, number }: Pick<UnfinishedFile, 'medium' | 'number'>,
): string {
  return `${recordingId} ${segmentKey(medium, number)}`
}
