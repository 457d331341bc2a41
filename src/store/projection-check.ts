import { crc32 } from 'node:zlib'
import type { LogEvent } from '../contract/events.ts'
import { checksum } from './checksum.ts'
import { type Database, readChunks } from './database.ts'
import { isPositionKey, PROJECTIONS, recordingEventKey, recordingOfView } from './keys.ts'
import type { RecordingProjection } from './projection/recording.ts'
import {
  applyEvent,
  entryOperations,
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
}

/**
 * Folds the whole log and compares the stored projections with what it says. Memory: the open
 * recordings, and one number for each closed one, the sum of the checksums of its entries.
 */
export class ProjectionCheck {
  readonly #db: Database
  readonly #open = new Map<string, Folded>()
  readonly #closed = new Map<string, Folded>()
  readonly #sums = new Map<string, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Folds the next events of the log. */
  async observe(events: readonly LogEvent[]): Promise<void> {
    for (const { recordingId: id, type, position } of events)
      if (id !== null && type !== 'command.refused' && this.#sums.has(id))
        await this.#restore(id, position - 1)
    const changes: ProjectionChanges = new Map()
    const current = (id: string) => this.#find(id)?.projection
    for (const event of events) {
      const { recordingId: id, position } = event
      // What is left of a recording that is no longer in memory are refusals.
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
   * differ; an entry of no recording counts as one with an empty id. Call it after all events.
   */
  async compare(): Promise<string[]> {
    const left = new Map(this.#sums)
    for (const [id, folded] of [...this.#open, ...this.#closed]) left.set(id, sumOf(folded))
    const views = this.#db.iterator({ ...PROJECTIONS, highWaterMarkBytes: CHUNK_BYTES })
    // Most entries follow another one of the same recording.
    let current = ''
    let sum = left.get(current) ?? 0
    for await (const chunk of readChunks(views, CHUNK)) {
      for (const [key, value] of chunk) {
        const id = recordingOfView(key)
        if (id !== current) {
          left.set(current, sum)
          current = id
          sum = left.get(id) ?? 0
        }
        sum = minus(sum, entryHash(key, value))
      }
    }
    left.set(current, sum)
    return [...left].flatMap(([id, sum]) => (sum === 0 ? [] : id))
  }

  #find(id: string): Folded | undefined {
    return this.#open.get(id) ?? this.#closed.get(id)
  }

  #apply(id: string, change: ProjectionChange): void {
    const { after } = change
    const found = this.#find(id)
    const entries = found?.entries ?? new Map<string, number>()
    let sum = found?.sum ?? 0
    const isClosed = after?.view.state === 'Closed'
    if (after === undefined || isClosed) this.#open.delete(id)
    if (after === undefined) return
    for (const operation of entryOperations(id, change)) {
      const { key } = operation
      if (operation.type === 'del') entries.delete(key)
      else if (isPositionKey(key)) sum = plus(sum, entryHash(key, operation.value))
      else entries.set(key, entryHash(key, operation.value))
    }
    const kept = isClosed ? this.#closed : this.#open
    kept.set(id, { projection: after, entries, sum })
  }

  /** Replaces a closed recording by the sum of its entries. */
  #settle(id: string): void {
    this.#add(id, sumOf(this.#closed.get(id)))
    this.#closed.delete(id)
  }

  #add(id: string, value: number): void {
    this.#sums.set(id, plus(this.#sums.get(id) ?? 0, value))
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

/** Most entries are names without a value; a CRC-32 of a name is three times as fast. */
const entryHash = (key: string, value: string): number =>
  value === '' ? crc32(key) : Number.parseInt(checksum(key, value), 16)
const plus = (a: number, b: number): number => (a + b) % MODULUS
const minus = (a: number, b: number): number => (a - b + MODULUS) % MODULUS

function sumOf(folded: Folded | undefined): number {
  let sum = folded?.sum ?? 0
  for (const value of folded?.entries.values() ?? []) sum = plus(sum, value)
  return sum
}
