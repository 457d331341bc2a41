import { setTimeout as delay } from 'node:timers/promises'

/** The longest turn of the event loop, in milliseconds. */
const TURN_MS = 5

/** Gives way to other work whenever a turn of the event loop has been long. */
export class Turns {
  #since = performance.now()

  /** Resolves at once, or in the next turn of the event loop. */
  async giveWay(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return
    await new Promise(setImmediate)
    this.#since = performance.now()
  }
}

/** A piece of work in the background, in milliseconds, and how much longer the rest after it is. */
const PIECE_MS = 1
const REST = 9

/** Lets work in the background rest most of the time, so that other work hardly waits for it. */
export class BackgroundTurns {
  readonly #signal: AbortSignal
  #since = performance.now()

  /** `signal` ends the work. */
  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Resolves at once, or after a rest. Rejects with the reason of the signal. */
  async giveWay(): Promise<void> {
    this.#signal.throwIfAborted()
    const worked = performance.now() - this.#since
    if (worked < PIECE_MS) return
    await delay(worked * REST)
    this.#signal.throwIfAborted()
    this.#since = performance.now()
  }
}

/** Maps values in as many turns of the event loop as that takes. */
export async function mapUnhurried<T, U>(values: readonly T[], map: (value: T) => U): Promise<U[]> {
  const turns = new Turns()
  const mapped: U[] = []
  for (const [i, value] of values.entries()) {
    mapped.push(map(value))
    if (i % 20 === 19) await turns.giveWay()
  }
  return mapped
}
