import type { Appended } from '../../store/port.ts'
import { StallWatch } from '../../time/stall-watch.ts'

/**
 * Longest time for one batch while the event loop lives. After it the log has failed, and capture
 * must not outlive it. Milliseconds.
 */
export const LOG_STALL_MS = 3_000

/** The parts that uncommitted batches work with. */
export interface UncommittedBatchesOptions {
  /** Longest time without news from the disk while a batch is being written. Milliseconds. */
  stallMs: number
  /** Called when the disk has confirmed nothing for that time. */
  onStall(): void
  /** Called when a batch cannot be written. */
  onFailed(error: unknown): void
}

/** The batches that are being written. Watches that the disk confirms them in time. */
export class UncommittedBatches {
  readonly #options: UncommittedBatchesOptions
  readonly #rejects = new Set<(error: unknown) => void>()
  #watch: StallWatch | undefined
  #newest = Promise.resolve()

  constructor(options: UncommittedBatchesOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#rejects.size === 0
  }

  /** Resolves and rejects like {@link add} for the newest batch, behind all others. */
  get newest(): Promise<void> {
    return this.#newest
  }

  /**
   * Adds a batch. Resolves when it is durable and `onDurable` has returned; rejects with the error
   * of `rejectAll`.
   */
  add(appended: Appended, onDurable: () => void): Promise<void> {
    // Later batches do not restart the watch: a disk that hangs under load must be noticed, too.
    this.#watch ??= new StallWatch(this.#options.stallMs, this.#options.onStall)
    this.#newest = new Promise((resolve, reject) => {
      this.#rejects.add(reject)
      appended.committed.then(
        () => {
          if (!this.#rejects.delete(reject)) return
          if (this.isEmpty) this.#stopWatch()
          else this.#watch?.reset()
          onDurable()
          resolve()
        },
        (error) => {
          if (this.#rejects.has(reject)) this.#options.onFailed(error)
        },
      )
    })
    return this.#newest
  }

  /** Rejects and forgets all. */
  rejectAll(error: unknown): void {
    this.#stopWatch()
    const rejects = [...this.#rejects]
    this.#rejects.clear()
    this.#newest = Promise.resolve()
    for (const reject of rejects) reject(error)
  }

  #stopWatch(): void {
    this.#watch?.stop()
    this.#watch = undefined
  }
}
