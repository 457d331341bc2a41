import type { OpenedLog } from '../opened-log.ts'
import { StateFile } from './state-file.ts'
import { toStoredState } from './stored-state.ts'

/** Events between two stored states: what is folded when a log is opened after a crash. */
const EVENTS_BETWEEN = 10_000

/** The parts that a state keeper works with. */
export interface StateKeeperOptions {
  /** The folder of the log. */
  folder: string
  /** A log with no more events is verified at once, so that its state is not stored. */
  verifiedAtOnce: number
  /** Returns the log as it is open now; undefined while it must not be stored. */
  log(): OpenedLog | undefined
  onProblem(problem: Error): void
}

/** Stores the state of a verified log now and then, and when it is closed. */
export class StateKeeper {
  readonly #options: StateKeeperOptions
  readonly #file: StateFile
  #storedAt = 0
  #storing: Promise<void> = Promise.resolve()

  /** `storedAt`: the position of the state that is stored already. */
  constructor(options: StateKeeperOptions, storedAt: number) {
    this.#options = options
    this.#file = new StateFile(options.folder)
    this.#storedAt = storedAt
  }

  /** Stores the state if the stored one is old. Never rejects. */
  storeSometimes(): Promise<void> {
    const { position } = this.#options.log()?.head ?? { position: 0 }
    return position - this.#storedAt < EVENTS_BETWEEN ? this.#storing : this.store()
  }

  /** Stores the state, unless it is stored already. Never rejects. */
  store(): Promise<void> {
    const { verifiedAtOnce, onProblem } = this.#options
    const log = this.#options.log()
    if (log === undefined || log.head.position <= verifiedAtOnce) return this.#storing
    if (log.head.position === this.#storedAt) return this.#storing
    // Events that are being written are in the tree already.
    if (log.tree.size !== log.head.position) return this.#storing
    // Now: what is in memory changes with the next commit.
    const state = toStoredState(log.head, log.tree.root(), log)
    this.#storedAt = log.head.position
    this.#storing = this.#storing.then(() => this.#file.write(state)).catch(onProblem)
    return this.#storing
  }

  /** Removes the stored state. Resolves when nothing is written any more. Never rejects. */
  async drop(): Promise<void> {
    await this.#storing
    await this.#file.drop().catch(this.#options.onProblem)
  }
}
