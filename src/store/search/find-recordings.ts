import type { TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { RecordingView } from '../../contract/views.ts'
import { Turns } from '../../time/turns.ts'
import { DamagedViewError } from '../database/checksum.ts'
import { type Database, readChunks } from '../database/database.ts'
import {
  isSortKey,
  LIST_PREFIX,
  recordingIdOf,
  recordingKey,
  sortKey,
  tagPrefix,
} from '../database/keys.ts'
import type { ClosedQuery, Page, RecordingQuery, ToShown } from '../port.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'
import { asksSummary, matchesSummary, mayMatch, summarise } from '../views/search-summary.ts'
import { decodeProjection } from '../views/stored-projections.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { intersectIndexes, type SortKeyBounds } from './intersect-indexes.ts'
import { isSearched, matchesText, type SearchWords } from './search-words.ts'

/** Entries of the list that are read together. */
const CHUNK = 500
/** Recordings that are read together to open their words. */
const OPENED_AT_A_TIME = 50

/** Closed recordings that are decoded in one turn of the event loop. */
const CLOSED_AT_A_TIME = 50

/** The durable recordings that are not closed, by id. */
export type OpenProjections = ReadonlyMap<string, RecordingProjection>

/** Where to find recordings. */
export interface RecordingStore {
  db: Database
  open: OpenProjections
  seals: Pick<ValueSeals, 'openView' | 'openTags' | 'tagName'>
  words: SearchWords
  erased: ReadonlySet<string>
  /** Reads a recording whose stored projection is damaged from the log. */
  onDamaged(id: string, problem: DamagedViewError): Promise<RecordingProjection | undefined>
}

/** A query's view of the store: all its steps share the turns of the event loop. */
type SharedStore = RecordingStore & { turns: Turns }

/** Finds recordings, newest first. Rejects with INVALID_REQUEST (cursor, times). */
export async function findRecordings(
  store: RecordingStore,
  query: RecordingQuery,
  toShown: ToShown = (view) => view,
): Promise<Page<RecordingView>> {
  const bounds = boundsOf(query)
  const turns = new Turns()
  const candidates =
    query.state === undefined || query.state === 'Closed'
      ? stored({ ...store, turns }, query, bounds)
      : live(store.open, bounds)
  const items: RecordingView[] = []
  for await (const { confirmed, view: durable } of candidates) {
    const view = toShown(store.seals.openView(durable))
    if (!confirmed || !matches(view, query)) continue
    if (items.length === query.limit)
      return { items, cursor: encodeCursor(sortKeyOf(items.at(-1)!)) }
    items.push(view)
    await turns.giveWay()
  }
  return { items, cursor: null }
}

/**
 * Yields the closed recordings that are not erased, newest first, and gives way to other work. Only
 * tags with these keys are there, and no tracks: to open the others would take most of the time.
 */
export async function* closedRecordings(
  store: RecordingStore,
  { to, tagKeys, atATime = CLOSED_AT_A_TIME }: ClosedQuery,
): AsyncGenerator<RecordingView> {
  const query = { state: 'Closed', limit: atATime, ...(to ? { to } : {}) } as const
  const turns = new Turns()
  for await (const { confirmed, view } of stored({ ...store, turns }, query, boundsOf(query))) {
    if (!confirmed || view.state !== 'Closed' || view.erased) continue
    const tags = view.tags.filter(({ key }) => tagKeys.has(key))
    yield store.seals.openView({ ...view, tags, tracks: {} })
    await turns.giveWay()
  }
}

const sortKeyOf = (view: RecordingView): string => sortKey(view.startedAt, view.id)

function boundsOf({ from, to, cursor }: RecordingQuery): SortKeyBounds {
  const end = to === undefined ? '~' : instant(to, 'to')
  const last = cursor === undefined ? '~' : decodeCursor(cursor, isSortKey)
  return {
    from: from === undefined ? '' : instant(from, 'from'),
    before: [last, end].sort()[0] as string,
  }
}

function instant(text: string, name: string): string {
  const epochMs = Date.parse(text)
  if (!Number.isNaN(epochMs)) return new Date(epochMs).toISOString()
  const detail = `${name} is not a time (RFC 3339).`
  throw new RecorderError('INVALID_REQUEST', detail, {
    members: { errors: [{ pointer: `/${name}`, detail }] },
  })
}

function matches(view: RecordingView, query: RecordingQuery): boolean {
  const { state, tags = {} } = query
  if (state !== undefined && view.state !== state) return false
  if (asksSummary(query) && !matchesSummary(summarise(view), query)) return false
  if (query.text !== undefined && !matchesText(view, query.text)) return false
  return Object.entries(tags).every(([key, value]) =>
    view.tags.some((tag) => tag.key === key && tag.value === value),
  )
}

/** Yields open recordings from memory, newest first. */
function* live(
  open: OpenProjections,
  { from, before }: SortKeyBounds,
): Generator<RecordingProjection> {
  const sorted = [...open.values()].map((recording) => ({
    recording,
    key: sortKeyOf(recording.view),
  }))
  sorted.sort((a, b) => (a.key < b.key ? 1 : -1))
  for (const { recording, key } of sorted) if (key >= from && key < before) yield recording
}

async function* stored(
  store: SharedStore,
  query: RecordingQuery,
  bounds: SortKeyBounds,
): AsyncGenerator<RecordingProjection> {
  let ids: string[] = []
  for await (const key of candidates(store, query, bounds)) {
    ids.push(recordingIdOf(key))
    if (ids.length <= query.limit) continue
    yield* await load(store, ids)
    ids = []
  }
  yield* await load(store, ids)
}

/** Yields the sort keys of recordings that may match, newest first. */
async function* candidates(
  store: SharedStore,
  query: RecordingQuery,
  bounds: SortKeyBounds,
): AsyncGenerator<string> {
  const wanted = Object.entries(query.tags ?? {}) as [string, TagValue][]
  if (wanted.length > 0) {
    const prefixes = wanted.map(([key, value]) => tagPrefix(store.seals.tagName(key, value)))
    yield* intersectIndexes(store.db, prefixes, bounds)
  } else if (asksSummary(query)) yield* scanSummaries(store, query, bounds)
  else yield* intersectIndexes(store.db, [LIST_PREFIX], bounds)
}

/** Yields those whose summary in the list, and whose words, match. */
async function* scanSummaries(
  store: SharedStore,
  query: RecordingQuery,
  { from, before }: SortKeyBounds,
): AsyncGenerator<string> {
  const range = { gte: LIST_PREFIX + from, lt: LIST_PREFIX + before, reverse: true }
  const { text } = query
  for await (const chunk of readChunks(store.db.iterator(range), CHUNK)) {
    const found: string[] = []
    for (const [key, value] of chunk) {
      if (mayMatch(key, value, query)) found.push(key.slice(LIST_PREFIX.length))
      await store.turns.giveWay()
    }
    if (text !== undefined) await keepWords(store, found.map(recordingIdOf))
    for (const key of found) {
      if (text === undefined || store.words.mayMatch(recordingIdOf(key), text)) yield key
      await store.turns.giveWay()
    }
  }
}

/** Opens the words of closed recordings that are not known yet, and gives way to other work. */
async function keepWords(store: SharedStore, ids: readonly string[]): Promise<void> {
  const { words, open, seals, erased, turns } = store
  const unknown = ids.filter((id) => !words.has(id) && !open.has(id))
  for (let from = 0; from < unknown.length; from += OPENED_AT_A_TIME) {
    for (const { view } of await load(store, unknown.slice(from, from + OPENED_AT_A_TIME))) {
      const tags = seals.openTags(view.id, view.tags.filter(isSearched))
      if (tags && view.state === 'Closed' && !erased.has(view.id)) words.keep(view.id, tags)
      await turns.giveWay()
    }
  }
}

/** Reads recordings in the order of their ids; from memory those that are not closed. */
export async function load(
  { db, open, onDamaged, turns }: Pick<SharedStore, 'db' | 'open' | 'onDamaged' | 'turns'>,
  ids: string[],
): Promise<RecordingProjection[]> {
  // Read those in memory before waiting: a recording that closes meanwhile would be missed in both.
  const found = ids.map((id) => open.get(id))
  const closed = ids.filter((_, i) => found[i] === undefined)
  const values = await db.getMany(closed.map(recordingKey))
  const stored = new Map(closed.map((id, i) => [id, values[i]]))
  const loaded: RecordingProjection[] = []
  for (const [i, id] of ids.entries()) {
    const projection = found[i] ?? (await decodeOr(id, stored.get(id), onDamaged))
    if (projection !== undefined) loaded.push(projection)
    await turns.giveWay()
  }
  return loaded
}

async function decodeOr(
  id: string,
  value: string | undefined,
  onDamaged: RecordingStore['onDamaged'],
): Promise<RecordingProjection | undefined> {
  try {
    return decodeProjection(id, value)
  } catch (error) {
    if (error instanceof DamagedViewError) return onDamaged(id, error)
    throw error
  }
}
