import type { ActQuery, AuditedAccess, AuditPage, Refusal } from '../../contract/audit.ts'
import type { EventType, LogEvent } from '../../contract/events.ts'
import type { EventFilter } from '../../store/port.ts'
import { decodePosition, encodeCursor } from './cursor.ts'
import type { EventsQuery } from './port.ts'
import type { AuditSources } from './sources.ts'

/** Lists events of the log. */
export function listEvents(
  { log }: AuditSources,
  { types, recordingId, ...query }: EventsQuery,
): Promise<AuditPage<LogEvent>> {
  return pageOf('events', { log }, { ...query, types, recordingId })
}

/** Lists refused commands: who asked, for what, and why. */
export async function listRefusals(
  { log }: AuditSources,
  query: ActQuery,
): Promise<AuditPage<Refusal>> {
  const types: EventType[] = ['command.refused']
  const { items, nextCursor } = await pageOf('refusals', { log }, { ...query, types })
  return { items: items.flatMap((event) => refusalOf(event, log.audit)), nextCursor }
}

/** Lists who has seen what, searches included. */
export async function listAccesses(
  { log }: AuditSources,
  query: ActQuery,
): Promise<AuditPage<AuditedAccess>> {
  const types: EventType[] = ['recording.accessed', 'recordings.searched']
  const { items, nextCursor } = await pageOf('accesses', { log }, { ...query, types })
  return { items: items.flatMap((event) => accessOf(event, log.audit)), nextCursor }
}

async function pageOf(
  list: string,
  { log }: Pick<AuditSources, 'log'>,
  { cursor, limit, order, recordingId, ...query }: EventsQuery,
): Promise<AuditPage<LogEvent>> {
  const after = decodePosition(list, cursor, log.position)
  const { items, next } = await log.audit.events({
    ...filterOf(query),
    ...{ order, limit },
    ...(recordingId === undefined ? {} : { recordingId }),
    ...(after === undefined ? {} : { after }),
  })
  return { items, nextCursor: next === null ? null : encodeCursor(list, next) }
}

/** Returns the conditions of a question about events. */
export function filterOf({
  types,
  side,
  client,
  from,
  to,
}: Pick<EventsQuery, 'types' | 'side' | 'client' | 'from' | 'to'>): EventFilter {
  return {
    ...(types === undefined ? {} : { types }),
    ...(side === undefined ? {} : { side }),
    ...(client === undefined ? {} : { client }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

type Erased = { isErased(id: string): boolean }

function refusalOf(event: LogEvent, log: Erased): Refusal[] {
  if (event.type !== 'command.refused') return []
  const { position, at, by, recordingId, data } = event
  const { command, code, detail, medium = null, count = 1 } = data
  const erased = recordingId !== null && log.isErased(recordingId)
  return [{ position, at, by, command, recordingId, erased, medium, code, detail, count }]
}

function accessOf(event: LogEvent, log: Erased): AuditedAccess[] {
  const { position, at, by, recordingId } = event
  const erased = recordingId !== null && log.isErased(recordingId)
  const whose = { position, at, by, recordingId, erased }
  if (event.type === 'recording.accessed') {
    const { act, media } = event.data
    return [{ ...whose, act, media, keys: [], found: null }]
  }
  if (event.type !== 'recordings.searched') return []
  const { keys, found } = event.data
  return [{ ...whose, act: 'searched', media: [], keys, found }]
}
