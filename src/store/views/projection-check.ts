import { crc32 } from 'node:zlib'
import { changesNothing } from '../../contract/event-types.ts'
import type { LogEvent } from '../../contract/events.ts'
import { checksum } from '../database/checksum.ts'
import {
  type Database,
  type DatabaseSnapshot,
  readChunks,
  wrapReadErrors,
} from '../database/database.ts'
import {
  eventKey,
  indexedPosition,
  isPositionKey,
  isTagIndexKey,
  LIST_PREFIX,
  PROJECTIONS,
  recordingEventKey,
  recordingEventRange,
  recordingKey,
  recordingOfView,
  segmentRange,
  sortKey,
  tagsRange,
} from '../database/keys.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import { decodeRecord } from '../records/record.ts'
import { scanRecording } from '../records/scan-recording.ts'
import {
  applyEvent,
  entryOperations,
  type NameTag,
  type ProjectionChange,
  type ProjectionChanges,
} from './projection-changes.ts'

/** The sum of checksums, which does not depend on their order. */
const MODULUS = 2 ** 52
/** Closed recordings that are kept in memory: a slow disk may finish a file after the closing. */
const KEPT_CLOSED = 50
const CHUNK = 200
const CHUNK_BYTES = 256 * 1024

/** A recording that is being folded, and the checksums of its entries. */
interface Folded {
  projection: RecordingProjection
  /** Checksums of the entries that a later event may replace or remove, by their keys. */
  entries: Map<string, number>
  /** The sum of the checksums of all others: they name positions, most entries by far. */
  sum: number
  /** How many entries it has in the index of tags. Their names need the keys of the recordings. */
  tags: number
}

/** The entries of a recording: the sum of their checksums, and those in the index of tags. */
interface Sums {
  sum: number
  tags: number
}

const NO_ENTRIES: Sums = { sum: 0, tags: 0 }

/** How to check projections. */
export interface ProjectionCheckOptions {
  /** The state of the database that is checked; default: the present one. */
  snapshot?: DatabaseSnapshot
  /** Called between two pieces of work. */
  giveWay?: () => Promise<void> | undefined
}

/**
 * Folds the whole log and compares the stored projections with what it says. Memory: the open
 * recordings, and one number for each closed one, the sum of the checksums of its entries.
 */
export class ProjectionCheck {
  readonly #db: Database
  readonly #snapshot: DatabaseSnapshot | undefined
  readonly #giveWay: () => Promise<void> | undefined
  readonly #open = new Map<string, Folded>()
  readonly #closed = new Map<string, Folded>()
  readonly #sums = new Map<string, Sums>()

  constructor(db: Database, { snapshot, giveWay = () => undefined }: ProjectionCheckOptions = {}) {
    this.#db = db
    this.#snapshot = snapshot
    this.#giveWay = giveWay
  }

  /** Folds the next events of the log. */
  async observe(events: readonly LogEvent[]): Promise<void> {
    const changed = new Set(
      events.map((event) => (changesNothing(event) ? null : event.recordingId)),
    )
    // Before the first of its events here, of whatever type: all of them are applied below.
    for (const { recordingId: id, position } of events)
      if (id !== null && changed.has(id) && this.#sums.has(id))
        await this.#restore(id, position - 1)
    const changes: ProjectionChanges = new Map()
    const current = (id: string) => this.#find(id)?.projection
    for (const event of events) {
      const { recordingId: id, position } = event
      // Remains of a recording that is no longer in memory change nothing.
      if (id !== null && this.#sums.has(id))
        this.#add(id, entryHash(recordingEventKey(id, position), ''))
      else applyEvent(changes, event, current)
    }
    for (const [id, change] of changes) this.#apply(id, change)
    for (const id of this.#closed.keys()) {
      if (this.#closed.size <= KEPT_CLOSED) break
      this.#settle(id)
    }
  }

  /** The recordings that are not closed after all events, oldest first. */
  openRecordings(): Map<string, RecordingProjection> {
    return new Map([...this.#open].map(([id, { projection }]) => [id, projection]))
  }

  /**
   * Compares the stored projections with the log. Resolves with the recordings whose projections
   * differ; an entry of no recording counts as one with an empty id. `isIndexed`: whether the index
   * of tags must have all tags of a recording; it must never have more. Call it after all events.
   */
  async compare(isIndexed: (id: string) => boolean): Promise<string[]> {
    const left = new Map(this.#sums)
    for (const [id, folded] of [...this.#open, ...this.#closed]) left.set(id, sumsOf(folded))
    const snapshot = this.#snapshot
    const views = this.#db.iterator({ ...PROJECTIONS, snapshot, highWaterMarkBytes: CHUNK_BYTES })
    // Most entries follow another one of the same recording.
    let current = ''
    let { sum, tags } = left.get(current) ?? NO_ENTRIES
    for await (const chunk of readChunks(views, CHUNK)) {
      for (const [key, value] of chunk) {
        const id = recordingOfView(key)
        if (id !== current) {
          left.set(current, { sum, tags })
          current = id
          ;({ sum, tags } = left.get(id) ?? NO_ENTRIES)
        }
        if (isTagIndexKey(key)) tags--
        else sum = minus(sum, entryHash(key, value))
      }
      await this.#giveWay()
    }
    left.set(current, { sum, tags })
    return [...left].flatMap(([id, { sum, tags }]) =>
      sum === 0 && (tags === 0 || (tags > 0 && !isIndexed(id))) ? [] : id,
    )
  }

  /**
   * Compares only the entries of the recordings that are not closed, but for the index of tags.
   * Resolves with those that differ.
   */
  async compareOpen(): Promise<string[]> {
    const differing: string[] = []
    for (const [id, folded] of this.#open) {
      let { sum } = sumsOf(folded)
      for await (const entries of this.#entriesOf(folded.projection))
        for (const [key, value] of entries) sum = minus(sum, entryHash(key, value))
      if (sum !== 0) differing.push(id)
    }
    return differing
  }

  /** Reads the entries of a recording but for those in the index of tags. There may be millions. */
  async *#entriesOf({
    view: { id, startedAt },
  }: RecordingProjection): AsyncGenerator<[string, string][]> {
    for (const range of [recordingEventRange, tagsRange, segmentRange])
      yield* readChunks(this.#db.iterator(range(id)), CHUNK)
    const keys = [recordingKey(id), LIST_PREFIX + sortKey(startedAt, id)]
    const values = await wrapReadErrors(() => this.#db.getMany(keys))
    yield keys.flatMap((key, i) => (values[i] === undefined ? [] : [[key, values[i]]]))
  }

  #find(id: string): Folded | undefined {
    return this.#open.get(id) ?? this.#closed.get(id)
  }

  #apply(id: string, change: ProjectionChange): void {
    const folded = applyChange(id, this.#find(id), change)
    const isClosed = folded?.projection.view.state === 'Closed'
    if (folded === undefined || isClosed) this.#open.delete(id)
    if (folded === undefined) return
    const kept = isClosed ? this.#closed : this.#open
    kept.set(id, folded)
  }

  /** Replaces a closed recording by the sum of its entries. */
  #settle(id: string): void {
    this.#sums.set(id, sumsOf(this.#closed.get(id)))
    this.#closed.delete(id)
  }

  #add(id: string, value: number): void {
    const { sum, tags } = this.#sums.get(id) ?? NO_ENTRIES
    this.#sums.set(id, { sum: plus(sum, value), tags })
  }

  /** Folds a closed recording again, which an event long after its closing has changed. */
  async #restore(id: string, position: number): Promise<void> {
    const expected = this.#sums.get(id)!
    let folded = foldAll(id, await this.#indexedEvents(id, position))
    // The index may not be what the log says.
    const { sum, tags } = sumsOf(folded)
    if (sum !== expected.sum || tags !== expected.tags)
      folded = foldAll(id, await scanRecording(this.#db, id, position))
    this.#sums.delete(id)
    if (folded !== undefined) this.#closed.set(id, folded)
  }

  /** Reads the events of a recording up to a position as the index names them. */
  async #indexedEvents(id: string, position: number): Promise<LogEvent[]> {
    const snapshot = this.#snapshot
    const range = { ...recordingEventRange(id), lt: recordingEventKey(id, position + 1) }
    return wrapReadErrors(async () => {
      const keys = await this.#db.keys({ ...range, snapshot }).all()
      const positions = keys.map((key) => eventKey(indexedPosition(key)))
      const records = await this.#db.getMany(positions, { snapshot })
      return records
        .flatMap((record) => (record === undefined ? [] : decodeRecord(record)))
        .filter((event) => event.recordingId === id)
    })
  }
}

function foldAll(id: string, events: readonly LogEvent[]): Folded | undefined {
  const changes: ProjectionChanges = new Map()
  for (const event of events) applyEvent(changes, event, () => undefined)
  const change = changes.get(id)
  return change && applyChange(id, undefined, change)
}

function applyChange(
  id: string,
  found: Folded | undefined,
  change: ProjectionChange,
): Folded | undefined {
  const { after } = change
  if (after === undefined) return undefined
  const entries = found?.entries ?? new Map<string, number>()
  let { sum, tags } = found ?? NO_ENTRIES
  for (const operation of entryOperations(id, change, nameTag)) {
    const { key } = operation
    if (isTagIndexKey(key)) tags += operation.type === 'del' ? -1 : 1
    else if (operation.type === 'del') entries.delete(key)
    else if (isPositionKey(key)) sum = plus(sum, entryHash(key, operation.value))
    else entries.set(key, entryHash(key, operation.value))
  }
  return { projection: after, entries, sum, tags }
}

/** A name of its own for each key: the real one needs the value, and that a key. */
const nameTag: NameTag = (_id, { key }) => key

/** Most entries are names without a value; a CRC-32 of a name is three times as fast. */
const entryHash = (key: string, value: string): number =>
  value === '' ? crc32(key) : Number.parseInt(checksum(key, value), 16)
const plus = (a: number, b: number): number => (a + b) % MODULUS
const minus = (a: number, b: number): number => (a - b + MODULUS) % MODULUS

function sumsOf(folded: Folded | undefined): Sums {
  let { sum, tags } = folded ?? NO_ENTRIES
  for (const value of folded?.entries.values() ?? []) sum = plus(sum, value)
  return { sum, tags }
}
