import type { EventOf, LogEvent } from '../../contract/events.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { tagsKey, tagsRange } from '../database/keys.ts'
import { readIndexedEvents } from './indexed-events.ts'
import type { ReadableLog } from './read-records.ts'

/**
 * Reads the events that have tagged a recording, oldest first, by their index: all, or those from a
 * position of the log on. Rejects with STORAGE_UNAVAILABLE, {@link DamagedViewError} among them.
 */
export async function readTagEvents(
  log: ReadableLog,
  id: string,
  from = 0,
): Promise<EventOf<'recording.tagged'>[]> {
  return (await readIndexedEvents(log, id, tagsRange(id, from))).map((event) => {
    if (isTagEvent(event)) return event
    throw new DamagedViewError(tagsKey(id, event.position))
  })
}

/** Whether an event tags a recording. */
export function isTagEvent(event: LogEvent): event is EventOf<'recording.tagged'> {
  return event.type === 'recording.tagged'
}
