import { crc32 } from 'node:zlib'
import { changesNothing } from '../contract/event-types.ts'
import type { LogEvent } from '../contract/events.ts'
import { checksum } from './checksum.ts'
import { type Database, readChunks } from './database.ts'
import {
  isPositionKey,
  isTagIndexKey,
  PROJECTIONS,
  recordingEventKey,
  recordingOfView,
} from './keys.ts'
import type { RecordingProjection } from './projection/recording.ts'
import {
  applyEvent,
  entryOperations,
  type NameTag,
  type ProjectionChange,
  type ProjectionChanges,
} from './projection-changes.ts'
import { scanRecording } from './scan-recording.ts'

/** The sum of checksums, which does not depend on their order. */
const MODULUS = 2 ** 52
/** Closed recordings that are kept in memory: a slow disk may finish a file after the closing. */
const KEPT_CLOSED = 50
const CHUNK = 1_000
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

/**
 * Folds the whole log and compares the stored projections with what it says. Memory: the open
 * recordings, and one number for each closed one, the sum of the checksums of its entries.
 */
export class ProjectionCheck {
  readonly #db: Database
  readonly #open = new Map<string, Folded>()
  readonly #closed = new Map<string, Folded>()
  readonly #sums = new Map<string, Sums>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Folds the next events of the log. */
  async observe(events: readonly LogEvent[]): Promise<void> {
    for (const event of events) {
      const { recordingId: id, position } = event
      if (id !== null && !changesNothing(event) && this.#sums.has(id))
        await this.#restore(id, position - 1)
    }
    const changes: ProjectionChanges = new Map()
    const current = (id: string) => this.#find(id)?.projection
    for (const event of events) {
      const { recordingId: id, position } = event
      // What is left of a recording that is no longer in memory changes nothing.
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
    const views = this.#db.iterator({ ...PROJECTIONS, highWaterMarkBytes: CHUNK_BYTES })
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
    }
    left.set(current, { sum, tags })
    return [...left].flatMap(([id, { sum, tags }]) =>
      sum === 0 && (tags === 0 || (tags > 0 && !isIndexed(id))) ? [] : id,
    )
  }

  #find(id: string): Folded | undefined {
    return this.#open.get(id) ?? this.#closed.get(id)
  }

  #apply(id: string, change: ProjectionChange): void {
    const { after } = change
    const found = this.#find(id)
    const entries = found?.entries ?? new Map<string, number>()
    let { sum, tags } = found ?? NO_ENTRIES
    const isClosed = after?.view.state === 'Closed'
    if (after === undefined || isClosed) this.#open.delete(id)
    if (after === undefined) return
    for (const operation of entryOperations(id, change, nameTag)) {
      const { key } = operation
      if (isTagIndexKey(key)) tags += operation.type === 'del' ? -1 : 1
      else if (operation.type === 'del') entries.delete(key)
      else if (isPositionKey(key)) sum = plus(sum, entryHash(key, operation.value))
      else entries.set(key, entryHash(key, operation.value))
    }
    const kept = isClosed ? this.#closed : this.#open
    kept.set(id, { projection: after, entries, sum, tags })
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
    const changes: ProjectionChanges = new Map()
    for (const event of await scanRecording(this.#db, id, position))
      applyEvent(changes, event, () => undefined)
    this.#sums.delete(id)
    for (const [, change] of changes) this.#apply(id, change)
  }
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
