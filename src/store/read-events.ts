import type { LogEvent } from '../contract/events.ts'
import { eventRange, indexedEventKey, recordingEventRange } from './keys.ts'
import type { OpenedLog } from './opened-log.ts'
import { decodeRecord } from './record.ts'

const CHUNK_BYTES = 1024 * 1024

/** Reads durable events after a position, oldest first; those of one recording by their index. */
export async function readEvents(
  { db, head }: OpenedLog,
  query: { after: number; limit: number; recordingId?: string },
): Promise<LogEvent[]> {
  const { recordingId: id, after, limit } = query
  if (after >= head.position || limit < 1) return []
  if (id === undefined) {
    const range = eventRange(after + 1, head.position)
    const values = await db.values({ ...range, limit, highWaterMarkBytes: CHUNK_BYTES }).all()
    return values.map(decodeRecord)
  }
  const keys = await db.keys({ ...recordingEventRange(id, after), limit }).all()
  const records = await db.getMany(keys.map(indexedEventKey))
  return records
    .flatMap((record) => (record === undefined ? [] : decodeRecord(record)))
    .filter(({ position }) => position <= head.position)
}
