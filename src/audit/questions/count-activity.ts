import {
  ACTIVITY_COUNTS,
  type ActivityCount,
  type ActQuery,
  type AuditPage,
  type ClientActivity,
} from '../../contract/audit.ts'
import type { CommandName } from '../../contract/commands.ts'
import type { EventKind } from '../../store/port.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { filterOf } from './list-events.ts'
import type { AuditSources } from './sources.ts'

const COUNT_OF: Partial<Record<CommandName, ActivityCount>> = {
  'recording.start': 'starts',
  'track.start': 'mediaStarts',
  'track.stop': 'stops',
  'track.pause': 'pauses',
  'track.resume': 'resumes',
  'recording.tag': 'tags',
  'recording.consent': 'consents',
  'recording.close': 'closes',
}
const TYPES = ['command.completed', 'command.failed', 'command.refused'] as const
/** Events that are read together. */
const READ_AT_A_TIME = 500

interface Day {
  name: string
  from: number
  to: number
  rows: Map<string, ClientActivity>
}

/**
 * Counts what each client did on each day of the recorder's time zone: the commands that were
 * completed, those that failed, and those that were refused.
 */
export async function countActivity(
  { log }: AuditSources,
  query: ActQuery,
): Promise<AuditPage<ClientActivity>> {
  const last = decodeCursor('client-activity', query.cursor, isPlace)
  const days = new Map<string, Day>()
  let day: Day | undefined
  const sums = new Map<number, ClientActivity>()
  const dayOf = (at: number): Day => {
    if (day === undefined || at < day.from || at >= day.to) day = dayAt(days, at)
    return day
  }
  await log.audit.tally(
    filterOf({ ...query, types: TYPES }),
    dayOf,
    (kind, at, count, position) => {
      const row = rowOf(dayOf(at), kind, query)
      if (kind.isSum && position !== null) sums.set(position, row)
      else row[countOf(kind)] += count
    },
  )
  await addSums({ log }, sums)
  const rows = [...days.values()].flatMap((one) => [...one.rows.values()]).sort(compare)
  if (query.order === 'newest') rows.reverse()
  const begin = last === undefined ? 0 : rows.findIndex((row) => follows(row, last, query.order))
  const items = begin === -1 ? [] : rows.slice(begin, begin + query.limit)
  const end = items.at(-1)
  const isLast = begin === -1 || begin + query.limit >= rows.length || end === undefined
  return { items, nextCursor: isLast ? null : encodeCursor('client-activity', ...placeOf(end)) }
}

/** Adds the refusals of which several are one event. */
async function addSums(
  { log }: Pick<AuditSources, 'log'>,
  sums: ReadonlyMap<number, ClientActivity>,
): Promise<void> {
  const positions = [...sums.keys()]
  for (let from = 0; from < positions.length; from += READ_AT_A_TIME) {
    const events = await log.audit.factsAt(positions.slice(from, from + READ_AT_A_TIME))
    for (const event of events) {
      const row = sums.get(event.position)
      if (row && event.type === 'command.refused') row.refusals += event.data.count ?? 1
    }
  }
}

function countOf({ type, command }: EventKind): ActivityCount {
  if (type === 'command.refused') return 'refusals'
  if (type === 'command.failed') return 'failures'
  return (command === null ? undefined : COUNT_OF[command]) ?? 'others'
}

function dayAt(days: Map<string, Day>, at: number): Day {
  const time = new Date(at)
  const [year, month, date] = [time.getFullYear(), time.getMonth(), time.getDate()]
  const name = [year, month + 1, date].map((part) => String(part).padStart(2, '0')).join('-')
  let day = days.get(name)
  if (day === undefined) {
    const [from, to] = [date, date + 1].map((one) => new Date(year, month, one).getTime())
    day = { name, from: from as number, to: to as number, rows: new Map() }
    days.set(name, day)
  }
  return day
}

function rowOf(day: Day, { side, client }: EventKind, { from, to }: ActQuery): ClientActivity {
  const name = `${side} ${client}`
  let row = day.rows.get(name)
  if (row === undefined) {
    const [begin, end] = [day.from, day.to].map((at) => new Date(at).toISOString()) as [
      string,
      string,
    ]
    row = {
      day: day.name,
      from: from !== undefined && from > begin ? from : begin,
      to: to !== undefined && to < end ? to : end,
      ...{ side, client },
      ...(Object.fromEntries(ACTIVITY_COUNTS.map((count) => [count, 0])) as Counts),
    }
    day.rows.set(name, row)
  }
  return row
}

type Counts = Record<ActivityCount, number>
type Place = [day: string, side: string, client: string]

const placeOf = ({ day, side, client }: ClientActivity): Place => [day, side, client]

const isPlace = (place: unknown[]): place is Place =>
  place.length === 3 && place.every((part) => typeof part === 'string')

function compare(a: ClientActivity, b: ClientActivity): number {
  return comparePlaces(placeOf(a), placeOf(b))
}

function comparePlaces(a: Place, b: Place): number {
  for (const [i, part] of a.entries()) {
    const other = b[i] as string
    if (part !== other) return part < other ? -1 : 1
  }
  return 0
}

function follows(row: ClientActivity, last: Place, order: ActQuery['order']): boolean {
  const difference = comparePlaces(placeOf(row), last)
  return order === 'newest' ? difference < 0 : difference > 0
}
