/**
 * A sequence of numbers from 0 to below 1 that a seed decides (mulberry32), so that a failure can
 * be repeated.
 */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  /** Some of the items, at least one, in their order. */
  some<T>(items: readonly T[]): T[] {
    const picked = items.filter(() => this.next() < 0.6)
    return picked.length > 0 ? picked : [items[this.between(0, items.length - 1)]!]
  }
}
