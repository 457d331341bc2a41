import type { SegmentDescription } from '../contract/events.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { isSegmentSortKey, segmentKey, segmentRange, segmentSortKey } from './keys.ts'
import type { Page } from './port.ts'

/**
 * Finds a recording's closed segments, by medium (in the order of MEDIA), then number. Rejects with
 * INVALID_REQUEST for a bad cursor.
 */
export async function findSegments(
  db: Database,
  id: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<SegmentDescription>> {
  const { gte, lt } = segmentRange(id)
  // LevelDB's iterators ignore `gt` beside `gte`, so only one is used.
  const gt = cursor === undefined ? gte : segmentKey(id, decodeCursor(cursor, isSegmentSortKey))
  const values = await db.values({ gt, lt, limit: limit + 1 }).all()
  const items = values.slice(0, limit).map((value): SegmentDescription => JSON.parse(value))
  const last = items.at(-1)
  if (last === undefined || values.length <= limit) return { items, cursor: null }
  return { items, cursor: encodeCursor(segmentSortKey(last.medium, last.number)) }
}

/** Finds one closed segment of a recording. */
export async function findSegment(
  db: Database,
  id: string,
  medium: string,
  number: number,
): Promise<SegmentDescription | undefined> {
  const value = await db.get(segmentKey(id, segmentSortKey(medium, number)))
  return value === undefined ? undefined : JSON.parse(value)
}
