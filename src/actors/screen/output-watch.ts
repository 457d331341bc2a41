import { StallWatch } from '../../time/stall-watch.ts'

/**
 * Knows whether a program has written nothing for a time. Output that has come while this process
 * was held waits to be read, so that time does not count.
 */
export class OutputWatch {
  readonly #limitMs: number
  #stall: StallWatch | undefined
  #isSilent = true

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Also before the first output. */
  get isSilent(): boolean {
    return this.#isSilent
  }

  observe(): void {
    if (this.#isSilent)
      this.#stall = new StallWatch(this.#limitMs, () => {
        this.#isSilent = true
      })
    else this.#stall?.reset()
    this.#isSilent = false
  }

  stop(): void {
    this.#stall?.stop()
  }
}
