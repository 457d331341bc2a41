import type { EventData, LogEvent, SegmentDescription } from '../../contract/events.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { isSegmentSortKey, segmentKey, segmentRange, segmentSortKey } from '../database/keys.ts'
import type { Page } from '../port.ts'
import { type ReadableLog, readPositions } from '../records/read-records.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

/** Which of a recording's segments to read. */
export interface SegmentQuery {
  limit: number
  cursor?: string
}

/**
 * Finds a recording's closed segments, by medium (in the order of MEDIA), then number. The index
 * only names events: what is served, hashes above all, is in the log. Rejects with INVALID_REQUEST
 * for a bad cursor, STORAGE_UNAVAILABLE, {@link DamagedViewError} among them.
 */
export async function findSegments(
  log: ReadableLog,
  id: string,
  { limit, cursor }: SegmentQuery,
): Promise<Page<SegmentDescription>> {
  const { gte, lt } = segmentRange(id)
  // LevelDB's iterators ignore `gt` beside `gte`, so only one is used.
  const gt = cursor === undefined ? gte : segmentKey(id, decodeCursor(cursor, isSegmentSortKey))
  const entries = await log.db.iterator({ gt, lt, limit: limit + 1 }).all()
  const items = await readSegments(log, id, entries.slice(0, limit))
  return { items, cursor: entries.length <= limit ? null : cursorAfter(items.at(-1)) }
}

/** Finds one closed segment of a recording. Rejects like {@link findSegments}. */
export async function findSegment(
  log: ReadableLog,
  id: string,
  medium: string,
  number: number,
): Promise<SegmentDescription | undefined> {
  const key = segmentKey(id, segmentSortKey(medium, number))
  const position = await log.db.get(key)
  return position === undefined ? undefined : (await readSegments(log, id, [[key, position]])).at(0)
}

/** Collects a recording's closed segments from its events, in the order of {@link findSegments}. */
export function segmentsOf(events: readonly LogEvent[]): SegmentDescription[] {
  const segments = new Map<string, SegmentDescription>()
  for (const event of events) {
    if (event.type !== 'segment.closed' && event.type !== 'segment.discarded') continue
    const at = segmentSortKey(event.data.medium, event.data.number)
    if (event.type === 'segment.closed') segments.set(at, describe(event.data))
    else segments.delete(at)
  }
  return [...segments].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, segment]) => segment)
}

/** Returns a page of all segments of a recording, like {@link findSegments}. */
export function pageOf(
  segments: readonly SegmentDescription[],
  { limit, cursor }: SegmentQuery,
): Page<SegmentDescription> {
  const after = cursor === undefined ? '' : decodeCursor(cursor, isSegmentSortKey)
  const rest = segments.filter(({ medium, number }) => segmentSortKey(medium, number) > after)
  const items = rest.slice(0, limit)
  return { items, cursor: rest.length <= limit ? null : cursorAfter(items.at(-1)) }
}

function cursorAfter(last: SegmentDescription | undefined): string | null {
  return last === undefined ? null : encodeCursor(segmentSortKey(last.medium, last.number))
}

async function readSegments(
  log: ReadableLog,
  id: string,
  entries: readonly (readonly [key: string, position: string])[],
): Promise<SegmentDescription[]> {
  // Segments that were closed after the last durable event of this reading are left out.
  const known = entries.filter(([, position]) => !(Number(position) > log.head.position))
  const events = await readPositions(
    log,
    known.map(([, position]) => Number(position)),
  )
  return known.map(([key], i): SegmentDescription => {
    const event = events[i]
    if (event?.type !== 'segment.closed' || event.recordingId !== id)
      throw new DamagedViewError(key)
    const { medium, number } = event.data
    if (key !== segmentKey(id, segmentSortKey(medium, number))) throw new DamagedViewError(key)
    return describe(event.data)
  })
}

function describe(data: EventData['segment.closed']): SegmentDescription {
  const { salvaged: _, remnant: __, ...description } = data
  return description
}
