import { evictExpired } from './answers/answers.ts'
import { fillAuditIndex } from './audit/fill-audit-index.ts'
import { clearRemains } from './database/clear-remains.ts'
import type { Compaction } from './database/compaction.ts'
import type { OpenedLog } from './opened-log.ts'
import type { LogWriter } from './writing/log-writer.ts'

const HOUR_MS = 60 * 60 * 1_000
const EVICTED_AT_A_TIME = 500

/** The parts that the upkeep of a log works with. */
export interface LogUpkeepOptions {
  /** Returns the log as it is open now; undefined while it cannot be written. */
  log(): OpenedLog | undefined
  writer(): Pick<LogWriter, 'write'>
  /** See `EventLog.verified`. */
  verified(): Promise<void>
  compaction: Compaction
  /** The time by which answers grow old. */
  now(): number
  onProblem(problem: Error): void
}

/**
 * Evicts kept answers that are too old, every hour. Clears what 0.1 has left and fills the index of
 * the auditor, once all is verified.
 */
export class LogUpkeep {
  readonly #options: LogUpkeepOptions
  readonly #hourly: NodeJS.Timeout
  #evicting: Promise<void> = Promise.resolve()
  #filling: Promise<void> = Promise.resolve()

  constructor(options: LogUpkeepOptions) {
    this.#options = options
    this.#hourly = setInterval(() => this.#evict(), HOUR_MS).unref()
  }

  /** Begins with a log that has just been opened. The index is filled once all is verified. */
  begin(): void {
    const { log, writer, verified, compaction, onProblem } = this.#options
    this.#evict()
    const fill = async (): Promise<void> => {
      const opened = log()
      if (opened === undefined) return
      await clearRemains(opened.db, compaction)
      await fillAuditIndex(opened, writer(), () => log() === opened)
    }
    this.#filling = verified()
      .then(fill, () => {})
      .catch((error) => {
        // The next opening goes on.
        if (log() !== undefined) onProblem(error)
      })
  }

  /** Resolves when nothing is written. To be called when no verification is under way. */
  async idle(): Promise<void> {
    await Promise.all([this.#evicting, this.#filling])
  }

  /** Ends it. Resolves like `idle`. */
  close(): Promise<void> {
    clearInterval(this.#hourly)
    return this.idle()
  }

  #evict(): void {
    this.#evicting = this.#evicting.then(() => this.#evictAll()).catch(this.#options.onProblem)
  }

  async #evictAll(): Promise<void> {
    const { log, now, writer } = this.#options
    for (let opened = log(); opened !== undefined; opened = log()) {
      const operations = await evictExpired(opened, now(), EVICTED_AT_A_TIME)
      if (operations.length === 0) return
      await writer().write(operations)
    }
  }
}
