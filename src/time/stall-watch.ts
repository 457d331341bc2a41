const TICKS = 10

/**
 * Calls back once when it has not been reset for a time. Counts ticks instead of reading a clock:
 * neither a sleeping machine nor a busy event loop, behind which data may wait, looks like a stall.
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

  /** Starts the time again. */
  reset(): void {
    this.#idleTicks = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
