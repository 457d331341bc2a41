/** A start takes no longer from the search for its device to its capture. */
const START_MS = 15_000

/**
 * Knows which speakers were the default one when they were captured, or when their start looked for
 * them. A pause must not forget it. One that was never the default has been chosen.
 */
export class DefaultSpeakers {
  readonly #captured = new Set<string>()
  /** When each speaker was last found to be the default one, by performance.now(). */
  readonly #foundAt = new Map<string, number>()

  /** Observes the default speaker in an answer of the sound server. */
  observe(defaultSink: string | null): void {
    if (defaultSink !== null) this.#foundAt.set(defaultSink, performance.now())
  }

  /** A capture of a speaker begins. */
  beginCapture(id: string): void {
    const foundAt = this.#foundAt.get(id) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - foundAt < START_MS) this.#captured.add(id)
  }

  /**
   * Why what is heard may not be captured: the speaker was the default one, and is no longer. A
   * headset was plugged in, perhaps. Null otherwise.
   */
  changedDetail(defaultSink: string | null, id: string): string | null {
    if (defaultSink === id) this.#captured.add(id)
    return defaultSink === id || !this.#captured.has(id)
      ? null
      : 'Another speaker is the default one now. What it plays is not recorded.'
  }
}
