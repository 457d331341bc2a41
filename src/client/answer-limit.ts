/** A timer that fires so late, in ms, fires because this program was held. */
const HELD_MS = 50

/**
 * The limit of an answer. A program that was held (Ctrl-Z, a debugger, a paused machine) waits once
 * more: the answer may have come meanwhile, and timers fire before it is read.
 */
export class AnswerLimit {
  readonly #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(limitMs: number) {
    this.#wait(limitMs, () => this.#wait(limitMs, () => this.#abort.abort()))
  }

  /** Aborts when the limit is over. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #wait(limitMs: number, onHeld: () => void): void {
    const dueAt = performance.now() + limitMs
    this.#timer = setTimeout(() => {
      if (performance.now() - dueAt > HELD_MS) onHeld()
      else this.#abort.abort()
    }, limitMs)
  }
}
