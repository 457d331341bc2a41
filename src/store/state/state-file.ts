import { rename, rm } from 'node:fs/promises'
import { RecorderError } from '../../contract/errors.ts'
import { readIfThere } from '../../disk/read-if-there.ts'
import { writeSynced } from '../../disk/write-synced.ts'
import { storageError } from '../database/database.ts'
import { decodeState, encodeState, type StoredState } from './stored-state.ts'

/**
 * The file with a stored state of the log, beside its folder. It lies outside of the log so that it
 * is read before the database is opened, and removed without a change of the database.
 *
 *   <folder>.state           a state that a recorder has stored whose log was verified
 *   <folder>.state.believed  the same, while a log that was opened from it is being verified. That
 *                            of a dead recorder is not believed again: LevelDB ends a process that
 *                            reads certain damages
 *   <folder>.state.next      a state that is being written
 *
 * Functions that reject do so with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export class StateFile {
  readonly #file: string
  readonly #believed: string
  readonly #next: string

  /** `folder` is the one of the log. */
  constructor(folder: string) {
    this.#file = `${folder}.state`
    this.#believed = `${this.#file}.believed`
    this.#next = `${this.#file}.next`
  }

  /** Reads the stored state; undefined when there is none that can be used. */
  async read(onProblem: (problem: Error) => void): Promise<StoredState | undefined> {
    try {
      const file = await readIfThere(this.#file)
      if (file === undefined) return undefined
      const state = decodeState(file.toString())
      if (state !== undefined) return state
    } catch {}
    onProblem(unusable('it is damaged, or another version has stored it'))
    return undefined
  }

  /** Notes that the stored state is believed, until it is confirmed. */
  believe(): Promise<void> {
    return wrapErrors(() => rename(this.#file, this.#believed))
  }

  /** Notes that the stored state may be believed again. */
  async release(): Promise<void> {
    await wrapErrors(() =>
      rename(this.#believed, this.#file).catch((error) => {
        if (error.code !== 'ENOENT') throw error
      }),
    )
  }

  /** Stores a state of a verified log, in place of the one before. */
  write(state: StoredState): Promise<void> {
    return wrapErrors(async () => {
      await writeSynced(this.#next, encodeState(state), 'w')
      await rename(this.#next, this.#file)
      await rm(this.#believed, { force: true })
    })
  }

  /** Removes what is stored: the next opening verifies the whole log at once. */
  async drop(): Promise<void> {
    await wrapErrors(async () => {
      for (const file of [this.#file, this.#believed, this.#next]) await rm(file, { force: true })
    })
  }
}

/** Creates the problem that the whole log is verified at once, and why. */
export function unusable(why: string, cause?: unknown): RecorderError {
  return new RecorderError(
    'STORAGE_UNAVAILABLE',
    `The stored state of the log cannot be used: ${why}. The whole log is verified before it is used.`,
    { cause },
  )
}

async function wrapErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw storageError('The state of the log cannot be stored', error)
  }
}
