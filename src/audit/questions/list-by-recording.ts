import type { AuditedRecordingQuery, AuditPage } from '../../contract/audit.ts'
import type { AuditedRecording, SearchSummary } from '../../store/port.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { AuditSources } from './sources.ts'

/** A row with the key that orders it among those of its recording, oldest first. */
export interface KeyedRow<T> {
  key: string
  /** Makes the row, when it is on the page. */
  row(): T | Promise<T>
}

/** A question that recordings answer. */
export interface RecordingQuestion<T> {
  /** The name of the list, for its cursors. */
  list: string
  /** Returns whether a closed recording may have rows, by its summary. */
  mayMatch(summary: SearchSummary): boolean
  /** Returns the rows of a recording, in any order. */
  rowsOf(recording: AuditedRecording): KeyedRow<T>[] | Promise<KeyedRow<T>[]>
}

type Place = [sortKey: string, key: string]

const isPlace = (place: unknown[]): place is Place =>
  place.length === 2 && place.every((part) => typeof part === 'string')

/**
 * Lists the rows of recordings, in the order in which these were started. Only recordings of the
 * client and the side are asked. The cursor names the last row, so that rows that come meanwhile
 * move no other.
 */
export async function listByRecording<T>(
  { log }: Pick<AuditSources, 'log'>,
  { order, limit, cursor, client, side, from, to }: AuditedRecordingQuery,
  { list, mayMatch, rowsOf }: RecordingQuestion<T>,
): Promise<AuditPage<T>> {
  const last = decodeCursor(list, cursor, isPlace)
  const isNewest = order === 'newest'
  const isWanted = (starter: { client: string; side: string }) =>
    (client === undefined || starter.client === client) &&
    (side === undefined || starter.side === side)
  const recordings = log.audit.recordings({
    ...{ order, ...(to === undefined ? {} : { to }) },
    ...(last === undefined ? {} : { resumeAt: last[0] }),
    mayMatch: (summary) => {
      const isOver = from !== undefined && summary.endedAt !== null && summary.endedAt < from
      return !isOver && isWanted(summary) && mayMatch(summary)
    },
  })
  const rows: KeyedRow<T>['row'][] = []
  let nextCursor: string | null = null
  let end: Place | undefined
  for await (const recording of recordings) {
    const { sortKey, view } = recording
    if (!isWanted({ client: view.startedBy.client, side: view.controller })) continue
    const found = (await rowsOf(recording)).sort((a, b) => (a.key < b.key ? -1 : 1))
    if (isNewest) found.reverse()
    for (const { key, row } of found) {
      const isSeen = sortKey === last?.[0] && (isNewest ? key >= last[1] : key <= last[1])
      if (isSeen) continue
      if (rows.length === limit) nextCursor = encodeCursor(list, ...(end as Place))
      else rows.push(row)
      if (nextCursor !== null) break
      end = [sortKey, key]
    }
    if (nextCursor !== null) break
  }
  return { items: await Promise.all(rows.map((row) => row())), nextCursor }
}

/** Whether a time is within the period of a question. */
export function isWithin(
  { from, to }: Pick<AuditedRecordingQuery, 'from' | 'to'>,
  at: string,
): boolean {
  return (from === undefined || at >= from) && (to === undefined || at < to)
}
