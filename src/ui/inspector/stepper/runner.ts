import { signal } from '@preact/signals'
import type { Inspected } from '../opening/inspected.ts'

/** The speeds to choose from: so many times as fast as it happened. */
export const SPEEDS = [1, 2, 5, 10, 20, 50]
/** Nobody waits longer for the next event, however long nothing happened. */
const LONGEST_WAIT_MS = 2_000

/** Steps through a recording as fast as it happened, or faster. */
export class Runner {
  readonly running = signal(false)
  readonly speed = signal(5)
  readonly #inspected: Inspected
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(inspected: Inspected) {
    this.#inspected = inspected
  }

  toggle(): void {
    if (this.running.peek()) this.stop()
    else this.start()
  }

  /** Runs on from the shown moment; from the beginning when it is the last one. */
  start(): void {
    const { index, count } = this.#inspected
    if (index.peek() >= count.peek()) this.#inspected.go(0)
    this.running.value = true
    this.#waitForNext()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.running.value = false
  }

  #waitForNext(): void {
    const { index, replay } = this.#inspected
    const next = replay.events[index.peek()]
    if (next === undefined) {
      this.stop()
      return
    }
    const present = replay.events[index.peek() - 1] ?? next
    const ms = (Date.parse(next.at) - Date.parse(present.at)) / this.speed.peek()
    this.#timer = setTimeout(
      () => {
        this.#inspected.go(this.#lastDue(index.peek() + 1))
        this.#waitForNext()
      },
      Math.min(ms, LONGEST_WAIT_MS),
    )
  }

  /** Events of one instant are one step: nobody could see them one by one. */
  #lastDue(index: number): number {
    const { events } = this.#inspected.replay
    let last = index
    while (events[last]?.at === events[index - 1]?.at && last < events.length) last++
    return last
  }
}
