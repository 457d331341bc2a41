import type { LogEvent } from '../../contract/events.ts'
import { recordingEventRange } from '../database/keys.ts'
import { readIndexedEvents } from './indexed-events.ts'
import { type ReadableLog, readRange } from './read-records.ts'

/** Which events to read: those after a position, of one recording or of all. */
export interface EventQuery {
  after: number
  limit: number
  recordingId?: string
}

/**
 * Reads durable events after a position, oldest first; those of one recording by their index.
 * Rejects with STORAGE_UNAVAILABLE, {@link DamagedViewError} among them.
 */
export async function readEvents(log: ReadableLog, query: EventQuery): Promise<LogEvent[]> {
  const { recordingId: id, after, limit } = query
  if (after >= log.head.position || limit < 1) return []
  if (id === undefined) return readRange(log, after + 1, limit)
  return readIndexedEvents(log, id, { ...recordingEventRange(id, after), limit })
}
