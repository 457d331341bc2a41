/** The strangers' requests that are served in one turn of the event loop. */
const REQUESTS_PER_TURN = 4

/**
 * Serves strangers' requests a few at a time, so that media, log and clients with a credential get
 * every turn of the event loop, however many strangers there are.
 */
export class StrangerQueue {
  readonly #waiting = new Set<() => void>()
  #isScheduled = false

  /** Adds a request to the end. Returns the function that removes it again. */
  add(serve: () => void): () => void {
    const request = (): void => serve()
    this.#waiting.add(request)
    this.#schedule()
    return () => this.#waiting.delete(request)
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      let left = REQUESTS_PER_TURN
      for (const serve of this.#waiting) {
        if (left-- === 0) break
        this.#waiting.delete(serve)
        serve()
      }
      this.#schedule()
    })
  }
}
