import type { Fragment } from '../../media/fmp4.ts'
import type { ScreenWatch } from '../../platform/screen-watch.ts'

/**
 * Holds frames back until the watch has found everything unchanged after they came. The others may
 * show something else and are dropped.
 */
export class FrameConfirmation {
  readonly #watch: Pick<ScreenWatch, 'check'> | undefined
  readonly #pass: (frames: readonly Fragment[]) => void
  #frames: Fragment[] = []
  #confirming: Promise<void> | undefined
  #isOver = false

  constructor(
    watch: Pick<ScreenWatch, 'check'> | undefined,
    pass: (frames: readonly Fragment[]) => void,
  ) {
    this.#watch = watch
    this.#pass = pass
  }

  push(frames: readonly Fragment[]): void {
    this.#frames.push(...frames)
    if (this.#frames.length > 0) this.#confirming ??= this.#confirm()
  }

  /** Resolves when all frames so far are passed on or dropped. */
  async settled(): Promise<void> {
    await this.#confirming
  }

  /** Drops frames that are not confirmed by now. */
  stop(): void {
    this.#isOver = true
  }

  async #confirm(): Promise<void> {
    while (this.#frames.length > 0) {
      const frames = this.#frames
      this.#frames = []
      if ((await this.#watch?.check()) !== undefined || this.#isOver) continue
      this.#pass(frames)
    }
    this.#confirming = undefined
  }
}
