/** An act ends when nothing of it was asked for this long. */
export const ACT_IDLE_MS = 5 * 60_000
/** Requests that begin an act together are one event: those of a player come within some ms. */
const GATHER_MS = 20
const MOST_ACTS = 10_000

interface Act<Part> {
  usedAt: number
  hasBegun: boolean
  recorded: Set<Part>
  writing: { parts: Set<Part>; durable: Promise<void> } | undefined
}

/**
 * Makes one event of all requests of an act. A part that comes later, such as another medium, is an
 * event of its own.
 */
export class Acts<Part> {
  readonly #acts = new Map<string, Act<Part>>()
  readonly #monotonic: () => number

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic
  }

  /**
   * Resolves when the act and these parts of it are durable. `write` gets the parts that are new;
   * when it rejects, the next request tries again.
   */
  async perform(
    key: string,
    parts: readonly Part[],
    write: (parts: Part[]) => Promise<void>,
  ): Promise<void> {
    const act = this.#use(key)
    for (;;) {
      const fresh = parts.filter((part) => !act.recorded.has(part))
      if (act.hasBegun && fresh.length === 0) return
      const { writing } = act
      if (writing === undefined) return this.#write(act, fresh, write)
      for (const part of fresh) writing.parts.add(part)
      await writing.durable
    }
  }

  /** Ends all acts: what is asked for from now on is a new one. */
  endAll(): void {
    this.#acts.clear()
  }

  #use(key: string): Act<Part> {
    const now = this.#monotonic()
    const known = this.#acts.get(key)
    const isOver = known === undefined || now - known.usedAt > ACT_IDLE_MS
    const act: Act<Part> = isOver
      ? { usedAt: now, hasBegun: false, recorded: new Set(), writing: undefined }
      : known
    act.usedAt = now
    // The map is in the order of the last use.
    this.#acts.delete(key)
    this.#acts.set(key, act)
    for (const [oldest, { usedAt }] of this.#acts) {
      if (this.#acts.size <= MOST_ACTS && now - usedAt <= ACT_IDLE_MS) break
      this.#acts.delete(oldest)
    }
    return act
  }

  async #write(
    act: Act<Part>,
    fresh: readonly Part[],
    write: (parts: Part[]) => Promise<void>,
  ): Promise<void> {
    const parts = new Set(fresh)
    const durable = new Promise<void>((resolve) => setTimeout(resolve, GATHER_MS)).then(() => {
      // From now on, others are a further event.
      const gathered = [...parts]
      return write(gathered).then(() => {
        act.hasBegun = true
        for (const part of gathered) act.recorded.add(part)
      })
    })
    act.writing = { parts, durable }
    try {
      await durable
    } finally {
      act.writing = undefined
    }
  }
}
