import type { Child } from '../processes/child-process.ts'
import { StallWatch } from '../time/stall-watch.ts'

/**
 * Watches a spare that is in use until its first output. One that writes none may have been frozen
 * while it waited, and is killed, so that a fresh program can take its place.
 */
export class SpareWatch {
  readonly #child: Child
  readonly #limitMs: number
  #stall: StallWatch | undefined
  #isOver = false
  #hasKilled = false

  /** `limitMs`: how long it may take from {@link begin} to its first output, in ms. */
  constructor(child: Child, limitMs: number) {
    this.#child = child
    this.#limitMs = limitMs
    void child.exited.then(() => this.stop())
  }

  /** It has been killed; output that comes still is not to be used. */
  get hasKilled(): boolean {
    return this.#hasKilled
  }

  /** Its output is due when it has its input: now, or with `input`. May be called again. */
  async begin(input?: Promise<unknown>): Promise<void> {
    // Whoever waits for the input reports why there is none.
    await input?.catch(() => this.stop())
    if (this.#isOver) return
    this.#stall ??= new StallWatch(this.#limitMs, () => {
      this.#hasKilled = true
      this.#child.kill('SIGKILL')
    })
  }

  /** There is output. */
  stop(): void {
    this.#isOver = true
    this.#stall?.stop()
  }
}
