import type { LogEvent } from '../contract/events.ts'
import type { TagEntry } from '../contract/resources.ts'
import type { Database } from './database.ts'
import { eventRange, taggedEventKey, tagsRange } from './keys.ts'
import type { OpenedLog } from './opening.ts'
import { tagEntries } from './projection/recording.ts'
import { readProjection } from './projections.ts'
import { recordEvent } from './record.ts'

const CHUNK = 1_000
const CHUNK_BYTES = 1024 * 1024

/**
 * Durable events after a position, oldest first. Those of a recording lie between its first and its
 * last; there is no index.
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
  // Parsing is what costs: most events of other recordings are passed over unparsed.
  const mark = id === undefined ? '' : `"recordingId":${JSON.stringify(id)}`
  const found: LogEvent[] = []
  const values = log.db.values({ ...eventRange(from, to), highWaterMarkBytes: CHUNK_BYTES })
  try {
    for (;;) {
      const chunk = await values.nextv(
        id === undefined ? Math.min(limit - found.length, CHUNK) : CHUNK,
      )
      if (chunk.length === 0) return found
      for (const value of chunk) {
        if (!value.includes(mark)) continue
        const event = recordEvent(value)
        if (id !== undefined && event.recordingId !== id) continue
        found.push(event)
        if (found.length === limit) return found
      }
    }
  } finally {
    await values.close()
  }
}

/** Every tag that a recording was ever given, oldest first, out of the events themselves. */
export async function readTagHistory(db: Database, id: string): Promise<TagEntry[]> {
  const places = await db.keys(tagsRange(id)).all()
  const records = await db.getMany(places.map(taggedEventKey))
  return records.flatMap((record) => {
    const event = record === undefined ? undefined : recordEvent(record)
    return event?.type === 'recording.tagged' ? tagEntries(event) : []
  })
}
