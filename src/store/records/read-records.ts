import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Database } from '../database/database.ts'
import { eventKey, eventRange } from '../database/keys.ts'
import { decodeRecord, type Head, hashRecord, previousHash } from './record.ts'

const CHUNK_BYTES = 1024 * 1024

/** The stored bytes of one event, as UTF-8 text. */
export interface StoredRecord {
  position: number
  record: string
}

/** A log that is read: its database and its last event. */
export interface ReadableLog {
  db: Database
  head: Head
}

/**
 * Reads the events from one position on, oldest first. Checks each against the hash that the next
 * record holds of it. Rejects with STORAGE_UNAVAILABLE when one has changed on disk.
 */
export async function readRange(
  { db, head }: ReadableLog,
  from: number,
  limit: number,
): Promise<LogEvent[]> {
  const to = Math.min(from + limit - 1, head.position)
  const range = eventRange(from, Math.min(to + 1, head.position))
  const records = await db.values({ ...range, highWaterMarkBytes: CHUNK_BYTES }).all()
  const events: LogEvent[] = []
  for (let position = from; position <= to; position++)
    events.push(
      decodeRecord(checked(position, records[position - from], records[position - from + 1], head)),
    )
  return events
}

/**
 * Reads the events at some positions, in their order, checked like {@link readRange}. Positions
 * after the last event are left out.
 */
export async function readPositions(
  { db, head }: ReadableLog,
  positions: readonly number[],
): Promise<LogEvent[]> {
  const records = await readStoredRecords({ db, head }, positions)
  return records.map(({ record }) => decodeRecord(record))
}

/**
 * Reads the records at some positions byte for byte, in their order, checked like
 * {@link readRange}. Positions after the last event are left out.
 */
export async function readStoredRecords(
  { db, head }: ReadableLog,
  positions: readonly number[],
): Promise<StoredRecord[]> {
  const known = positions.filter((position) => position >= 1 && position <= head.position)
  const wanted = new Set(known.flatMap((position) => [position, position + 1]))
  wanted.delete(head.position + 1)
  const order = [...wanted]
  const values = await db.getMany(order.map(eventKey))
  const records = new Map(order.map((position, i) => [position, values[i]]))
  return known.map((position) => ({
    position,
    record: checked(position, records.get(position), records.get(position + 1), head),
  }))
}

function checked(
  position: number,
  record: string | undefined,
  next: string | undefined,
  head: Head,
): string {
  const expected =
    position === head.position ? head.hash : next === undefined ? undefined : previousHash(next)
  if (record !== undefined && hashRecord(record) === expected) return record
  throw new RecorderError(
    'STORAGE_UNAVAILABLE',
    `Event ${position} has changed on disk since the log was verified. Check the disk, and restore the log from a backup.`,
  )
}
