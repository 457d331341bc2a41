const TICKS = 10

/**
 * Calls back, once, when nothing has happened for a while. Counts ticks rather than reading a
 * clock, so that neither a sleeping machine nor a busy event loop (data may be waiting behind it)
 * looks like a stall.
 */
export class StallWatch {
  #idleTicks = 0
  readonly #timer: NodeJS.Timeout

  constructor(limitMs: number, onStall: () => void) {
    this.#timer = setInterval(() => {
      if (++this.#idleTicks < TICKS) return
      this.stop()
      onStall()
    }, limitMs / TICKS)
  }

  /** Something has happened. */
  reset(): void {
    this.#idleTicks = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
