import { readCheckpoint } from '../../tlog/checkpoint.ts'
import { Frontier } from '../../tlog/frontier.ts'
import { leafHash } from '../../tlog/hashes.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { type Database, wrapReadErrors } from '../database/database.ts'
import { CHECKPOINT_KEY } from '../database/keys.ts'

/**
 * Computes the root of the events that the newest checkpoint is about, from their records: stored
 * hashes may be left as they were when events are written anew.
 */
export class SignedRoot {
  readonly #size: number
  readonly #frontier = new Frontier()
  #root: Buffer | undefined

  private constructor(size: number) {
    this.#size = size
  }

  /** Reads which events the newest checkpoint is about. Rejects with STORAGE_UNAVAILABLE. */
  static async begin(db: Database): Promise<SignedRoot> {
    return new SignedRoot(sizeOf(await wrapReadErrors(() => db.get(CHECKPOINT_KEY))))
  }

  /** Undefined while not all of them were observed, or nothing is signed. */
  get root(): Buffer | undefined {
    return this.#root
  }

  /** Observes the records of the log, in order. */
  observe(records: readonly string[]): void {
    for (const record of records) {
      if (this.#frontier.size >= this.#size) return
      this.#frontier.append(leafHash(record))
      if (this.#frontier.size === this.#size) this.#root = this.#frontier.root()
    }
  }
}

/** The number of events that a note is about; 0 when it says none. */
function sizeOf(note: string | undefined): number {
  try {
    return note === undefined ? 0 : readCheckpoint(note).size
  } catch (error) {
    if (error instanceof TlogError) return 0
    throw error
  }
}
