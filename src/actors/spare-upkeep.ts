import type { Spares } from './spares.ts'

/** The first spares are made so long after the start: a login has enough to do. */
const FIRST_MS = 20_000
/** How often spares are looked after: ffmpeg may have been updated, or a display have changed. */
const EVERY_MS = 300_000

/** How spares are looked after. */
export interface SpareUpkeepOptions {
  spares: Spares
  /** Makes the spares that are missing or out of date. May reject, also because it is aborted. */
  prepare(signal: AbortSignal): Promise<void>
  /** When for the first time, and how often, in ms; for tests. */
  firstMs?: number
  everyMs?: number
}

/**
 * Looks after the spares while the daemon lives, so that also the first start of a day is fast.
 * Without `begin` they are made only after captures.
 */
export class SpareUpkeep {
  readonly #options: SpareUpkeepOptions
  #hasBegun = false
  #timer: NodeJS.Timeout | undefined
  #preparing: Promise<void> = Promise.resolve()
  readonly #over = new AbortController()

  constructor(options: SpareUpkeepOptions) {
    this.#options = options
  }

  /** To be called when the recorder is ready. */
  begin(): void {
    this.#hasBegun = true
    this.#after(this.#options.firstMs ?? FIRST_MS)
  }

  /** The settings may have changed. */
  apply(): void {
    this.#options.spares.apply()
    if (this.#hasBegun) this.#after(0)
  }

  /** Ends all spares. Resolves when none is left. */
  async close(): Promise<void> {
    this.#over.abort()
    clearTimeout(this.#timer)
    await this.#options.spares.close()
    await this.#preparing
  }

  #after(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#run(), ms).unref()
  }

  async #run(): Promise<void> {
    const { spares, prepare, everyMs = EVERY_MS } = this.#options
    const { signal } = this.#over
    // What is missing is reported by readiness and by the start that needs it.
    if (spares.isAlwaysKept)
      this.#preparing = this.#preparing.then(() => prepare(signal)).catch(() => {})
    await this.#preparing
    if (!signal.aborted) this.#after(everyMs)
  }
}
