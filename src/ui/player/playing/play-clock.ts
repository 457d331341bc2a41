/**
 * The clock of the player: a position in a recording, in milliseconds, that advances with the time
 * of the computer. All media elements follow it, so none of them leads the others.
 */
export class PlayClock {
  #anchorMs = 0
  #anchoredAt = 0
  #running = false
  #rate = 1
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The position now. */
  get positionMs(): number {
    if (!this.#running) return this.#anchorMs
    return this.#anchorMs + (this.#now() - this.#anchoredAt) * this.#rate
  }

  get running(): boolean {
    return this.#running
  }

  get rate(): number {
    return this.#rate
  }

  set rate(rate: number) {
    this.moveTo(this.positionMs)
    this.#rate = rate
  }

  /** Moves to a position, and goes on from there if it runs. */
  moveTo(positionMs: number): void {
    this.#anchorMs = positionMs
    this.#anchoredAt = this.#now()
  }

  run(): void {
    if (this.#running) return
    this.#anchoredAt = this.#now()
    this.#running = true
  }

  hold(): void {
    this.moveTo(this.positionMs)
    this.#running = false
  }
}
