import type { EventOf, LogEvent } from '../../contract/events.ts'

/** The erasures that have begun and are not complete, by recording. */
export type UnfinishedErasures = Map<string, EventOf<'recording.erasing'>>

/** Applies an event to the unfinished erasures, in place. */
export function applyErasureEvent(erasures: UnfinishedErasures, event: LogEvent): void {
  const { recordingId: id } = event
  if (id === null) return
  if (event.type === 'recording.erasing') erasures.set(id, event)
  else if (event.type === 'recording.erased') erasures.delete(id)
}
