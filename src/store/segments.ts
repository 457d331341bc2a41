import type { SegmentFacts } from '../contract/events.ts'
import type { Database } from './database.ts'
import { isSegmentPlace, segmentKey, segmentPlace, segmentRange } from './keys.ts'
import { decodeCursor, encodeCursor } from './pages.ts'
import type { Page } from './types.ts'

/**
 * A recording's closed segments, by medium (in the order of MEDIA), then number. Rejects with
 * INVALID_REQUEST for a bad cursor.
 */
export async function findSegments(
  db: Database,
  id: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<SegmentFacts>> {
  const { gte, lt } = segmentRange(id)
  // Beside `gte`, LevelDB's iterators do not look at `gt`.
  const gt = cursor === undefined ? gte : segmentKey(id, decodeCursor(cursor, isSegmentPlace))
  const values = await db.values({ gt, lt, limit: limit + 1 }).all()
  const items = values.slice(0, limit).map((value): SegmentFacts => JSON.parse(value))
  const last = items.at(-1)
  if (last === undefined || values.length <= limit) return { items, cursor: null }
  return { items, cursor: encodeCursor(segmentPlace(last.medium, last.number)) }
}

/** One closed segment of a recording. */
export async function findSegment(
  db: Database,
  id: string,
  medium: string,
  number: number,
): Promise<SegmentFacts | undefined> {
  const value = await db.get(segmentKey(id, segmentPlace(medium, number)))
  return value === undefined ? undefined : JSON.parse(value)
}
