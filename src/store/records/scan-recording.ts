import type { LogEvent } from '../../contract/events.ts'
import { type Database, readChunks } from '../database/database.ts'
import { eventRange } from '../database/keys.ts'
import { decodeRecord } from './record.ts'

const CHUNK = 1_000
const CHUNK_BYTES = 1024 * 1024

/**
 * Reads the events of a recording up to a position from the log alone, oldest first, without any
 * index. Reads the whole log: about a second for half a million events.
 */
export async function scanRecording(
  db: Database,
  id: string,
  position: number,
): Promise<LogEvent[]> {
  const found: LogEvent[] = []
  const mark = `"recordingId":${JSON.stringify(id)}`
  const records = db.values({ ...eventRange(1, position), highWaterMarkBytes: CHUNK_BYTES })
  for await (const chunk of readChunks(records, CHUNK)) {
    for (const record of chunk) {
      if (!record.includes(mark)) continue
      const event = decodeRecord(record)
      if (event.recordingId === id) found.push(event)
    }
  }
  return found
}
