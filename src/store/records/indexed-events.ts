import type { LogEvent } from '../../contract/events.ts'
import { DamagedViewError } from '../database/checksum.ts'
import type { KeyRange } from '../database/keys.ts'
import { indexedPosition } from '../database/keys.ts'
import { type ReadableLog, readPositions } from './read-records.ts'

/**
 * Reads the events of a recording that an index names by the positions at the end of its keys,
 * oldest first. Rejects with {@link DamagedViewError} when the index names an event of something
 * else, and with STORAGE_UNAVAILABLE.
 */
export async function readIndexedEvents(
  log: ReadableLog,
  id: string,
  range: KeyRange & { limit?: number },
): Promise<LogEvent[]> {
  const keys = await log.db.keys(range).all()
  const positions = keys.map(indexedPosition)
  // The index may be ahead of what was durable when the reading began, but never name less.
  const events = await readPositions(log, positions)
  for (const [i, event] of events.entries())
    if (event.recordingId !== id || event.position !== positions[i])
      throw new DamagedViewError(keys[i] as string)
  return events
}
