import type { EventOf } from '../contract/events.ts'
import type { TagEntry } from '../contract/views.ts'
import type { Database } from './database.ts'
import { indexedEventKey, tagsRange } from './keys.ts'
import { tagEntries } from './projection/recording.ts'
import { decodeRecord } from './record.ts'

/** Reads every tag that was ever set on a recording from its events, oldest first. */
export async function readTagHistory(db: Database, id: string): Promise<TagEntry[]> {
  return (await readTagEvents(db, id)).flatMap(tagEntries)
}

/** Reads the events that have tagged a recording, oldest first. */
export async function readTagEvents(
  db: Database,
  id: string,
): Promise<EventOf<'recording.tagged'>[]> {
  const keys = await db.keys(tagsRange(id)).all()
  const records = await db.getMany(keys.map(indexedEventKey))
  return records.flatMap((record) => {
    const event = record === undefined ? undefined : decodeRecord(record)
    return event?.type === 'recording.tagged' ? [event] : []
  })
}
