import type { RecorderError } from '../../contract/errors.ts'
import { type Database, storageError } from './database.ts'
import type { KeyRange } from './keys.ts'

/** LevelDB in Node can do this; the types of `level` name what it can do everywhere. */
type Compactable = Database & { compactRange(start: string, end: string): Promise<void> }

/** Clears what deleted entries have left in LevelDB's tables, one range after the other. */
export class Compaction {
  readonly #db: () => Database
  readonly #onWriteFailed: (error: RecorderError) => void
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined
  readonly #wanted = new Set<KeyRange>()
  #isClosed = false

  /**
   * `db` returns the database as it is open now. `onWriteFailed` is called when a write of its own
   * has failed: LevelDB may have torn it, and would acknowledge later writes that it loses.
   */
  constructor(db: () => Database, onWriteFailed: (error: RecorderError) => void) {
    this.#db = db
    this.#onWriteFailed = onWriteFailed
  }

  /**
   * Compacts some ranges. Calls that wait share one run. Resolves when that is on disk. Rejects
   * with STORAGE_UNAVAILABLE or STORAGE_FULL.
   */
  run(ranges: readonly KeyRange[]): Promise<void> {
    for (const range of ranges) this.#wanted.add(range)
    this.#waiting ??= this.idle().then(() => {
      this.#waiting = undefined
      this.#running = this.#compact([...this.#wanted])
      this.#wanted.clear()
      return this.#running
    })
    return this.#waiting
  }

  /** Resolves when no run is under way. */
  idle(): Promise<void> {
    return this.#running.catch(() => {})
  }

  /** Ends it after the range under way. */
  close(): Promise<void> {
    this.#isClosed = true
    return this.idle()
  }

  async #compact(ranges: readonly KeyRange[]): Promise<void> {
    for (const range of ranges) {
      if (this.#isClosed) throw storageError('The log is closed', undefined)
      await compactRange(this.#db(), range, this.#onWriteFailed)
    }
  }
}

async function compactRange(
  db: Database,
  { gte: first, lt }: KeyRange,
  onWriteFailed: (error: RecorderError) => void,
): Promise<void> {
  try {
    const { compactRange } = db as Compactable
    // This may write entries and their deletion to one table of a high level.
    await compactRange.call(db, first, lt)
    // LevelDB merges a table only with those of another level, never one alone. These two entries
    // make a new one, which spans the range. Nobody ever sees them.
    const last = `${lt.slice(0, -1)}/~`
    const batch = db.batch().put(first, '').del(first).put(last, '').del(last)
    await batch.write({ sync: true }).catch((cause) => {
      onWriteFailed(storageError('The log cannot be written', cause))
      throw cause
    })
    await compactRange.call(db, first, lt)
  } catch (error) {
    throw storageError('The log cannot be compacted', error)
  }
}
