/**
 * Starting a program takes a processor for about so long. The end of a capture, whose answer
 * somebody waits for, needs one, too.
 */
const BOOT_MS = 80
/** No spare is made for so long after a capture has begun: it would slow the start. */
const START_MS = 400

/** Makes one spare after the other, and none while a capture begins. */
export class SpareQueue {
  readonly #makers = new Map<string, () => Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  /** By performance.now(). */
  #notBefore = Number.NEGATIVE_INFINITY

  /** Makes the spare of a slot when it is its turn. */
  add(slot: string, make: () => Promise<void>): void {
    this.#makers.set(slot, make)
    this.#schedule()
  }

  remove(slot: string): void {
    this.#makers.delete(slot)
  }

  /** A capture begins. */
  pause(): void {
    this.#notBefore = performance.now() + START_MS
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#makers.clear()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#makers.size === 0) return
    const waitMs = Math.max(0, this.#notBefore - performance.now())
    this.#timer = setTimeout(() => this.#makeNext(), waitMs).unref()
  }

  #makeNext(): void {
    this.#timer = undefined
    const [next] = this.#makers
    if (next !== undefined && performance.now() >= this.#notBefore) {
      const [slot, make] = next
      this.#makers.delete(slot)
      this.#notBefore = performance.now() + BOOT_MS
      // Without a command or ffmpeg there is nothing to keep; its capture has reported why.
      make().catch(() => {})
    }
    this.#schedule()
  }
}
