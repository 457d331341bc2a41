/**
 * Chunks come every 5 ms. They are released in batches, because writing each one to the encoder
 * would cost more than everything else here.
 */
const BATCH_MS = 50

/** Some sound and its time of arrival (epoch ms). */
interface Chunk {
  pcm: Buffer
  arrivedAt: number
}

/**
 * Holds sound back before it goes to the encoder, because it may prove wrong: from another device,
 * or out of its time. Such news comes some milliseconds after the sound. Nothing suspect is
 * released.
 */
export class Quarantine<Cause extends string> {
  readonly #waitMs: number
  readonly #onRelease: (pcm: Buffer) => void
  readonly #suspicions = new Map<Cause, number>()
  #chunks: Chunk[] = []

  /** `waitMs`: how long each chunk waits at least. */
  constructor(waitMs: number, onRelease: (pcm: Buffer) => void) {
    this.#waitMs = waitMs
    this.#onRelease = onRelease
  }

  /** Adds a chunk, and releases those that have waited long enough. */
  push(pcm: Buffer, arrivedAt: number): void {
    this.#chunks.push({ pcm, arrivedAt })
    if (arrivedAt - this.#chunks[0]!.arrivedAt >= this.#waitMs + BATCH_MS)
      this.#release(arrivedAt - this.#waitMs)
  }

  /**
   * Suspects the sound that came after `fromMs` (epoch ms) until {@link clear}. A second call for
   * the same cause replaces the time.
   */
  suspect(cause: Cause, fromMs: number): void {
    this.#suspicions.set(cause, fromMs)
  }

  /** Ends the suspicion of one cause. */
  clear(cause: Cause): void {
    this.#suspicions.delete(cause)
  }

  /** Releases at once what came until `untilMs` and is not suspect; drops the rest. */
  flush(untilMs: number): void {
    this.#release(untilMs)
    this.#chunks = []
  }

  #release(untilMs: number): void {
    const limit = Math.min(untilMs, ...this.#suspicions.values())
    const kept = this.#chunks.findIndex(({ arrivedAt }) => arrivedAt > limit)
    const sure = this.#chunks.splice(0, kept === -1 ? this.#chunks.length : kept)
    if (sure.length > 0) this.#onRelease(Buffer.concat(sure.map(({ pcm }) => pcm)))
  }
}
