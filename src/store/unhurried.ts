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
