import type { LogEvent } from '../contract/events.ts'
import type { TagEntry } from '../contract/views.ts'
import type { Database } from './database.ts'
import { eventRange, taggedEventKey, tagsRange } from './keys.ts'
import type { OpenedLog } from './opened-log.ts'
import { tagEntries } from './projection/recording.ts'
import { decodeRecord } from './record.ts'
import { readProjection } from './stored-projections.ts'

const CHUNK = 1_000
const CHUNK_BYTES = 1024 * 1024

/**
 * Reads durable events after a position, oldest first. Events of one recording are found by a scan
 * from its first to its last event; there is no index.
 */
export async function readEvents(
  log: OpenedLog,
  query: { after: number; limit: number; recordingId?: string },
): Promise<LogEvent[]> {
  const { recordingId: id, limit } = query
  let from = query.after + 1
  let to = log.head.position
  if (id !== undefined) {
    const recording = log.open.get(id) ?? (await readProjection(log.db, id))
    if (recording === undefined) return []
    from = Math.max(from, recording.first)
    to = Math.min(to, recording.last)
  }
  if (from > to || limit < 1) return []
  // Parsing is expensive, so most events of other recordings are skipped unparsed.
  const needle = id === undefined ? '' : `"recordingId":${JSON.stringify(id)}`
  const found: LogEvent[] = []
  const values = log.db.values({ ...eventRange(from, to), highWaterMarkBytes: CHUNK_BYTES })
  try {
    for (;;) {
      const chunk = await values.nextv(
        id === undefined ? Math.min(limit - found.length, CHUNK) : CHUNK,
      )
      if (chunk.length === 0) return found
      for (const value of chunk) {
        if (!value.includes(needle)) continue
        const event = decodeRecord(value)
        if (id !== undefined && event.recordingId !== id) continue
        found.push(event)
        if (found.length === limit) return found
      }
    }
  } finally {
    await values.close()
  }
}

/** Reads every tag that was ever set on a recording from its events, oldest first. */
export async function readTagHistory(db: Database, id: string): Promise<TagEntry[]> {
  const keys = await db.keys(tagsRange(id)).all()
  const records = await db.getMany(keys.map(taggedEventKey))
  return records.flatMap((record) => {
    const event = record === undefined ? undefined : decodeRecord(record)
    return event?.type === 'recording.tagged' ? tagEntries(event) : []
  })
}
