import type { LogEvent } from '../contract/events.ts'
import { type Database, wrapReadErrors } from './database.ts'
import { eventRange } from './keys.ts'
import { decodeRecord } from './record.ts'

const CHUNK = 1_000
const CHUNK_BYTES = 1024 * 1024

/**
 * Reads the events of a recording up to a position from the log alone, oldest first, without any
 * index. Reads the whole log: about a second for half a million events.
 */
export function scanRecording(db: Database, id: string, position: number): Promise<LogEvent[]> {
  return wrapReadErrors(async () => {
    const found: LogEvent[] = []
    const mark = `"recordingId":${JSON.stringify(id)}`
    const iterator = db.values({ ...eventRange(1, position), highWaterMarkBytes: CHUNK_BYTES })
    try {
      for (;;) {
        const records = await iterator.nextv(CHUNK)
        if (records.length === 0) return found
        for (const record of records) {
          if (!record.includes(mark)) continue
          const event = decodeRecord(record)
          if (event.recordingId === id) found.push(event)
        }
      }
    } finally {
      await iterator.close()
    }
  })
}
