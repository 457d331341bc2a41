/**
 * Pieces come each 5 ms; written to an encoder one by one they would cost more than all else here.
 */
const BATCH_MS = 50

/** A piece of sound, and when it came (epoch ms). */
interface Chunk {
  pcm: Buffer
  arrivedAt: number
}

/**
 * Where sound waits before it goes to the encoder, for it may turn out that it is not what it
 * should be: of another device, or out of its time. Such news comes some milliseconds after the
 * sound; while there is a doubt nothing is let go.
 */
export class Quarantine<Cause extends string> {
  readonly #waitMs: number
  readonly #onRelease: (pcm: Buffer) => void
  readonly #suspicions = new Map<Cause, number>()
  #chunks: Chunk[] = []

  /** `waitMs`: how long each piece waits at least. */
  constructor(waitMs: number, onRelease: (pcm: Buffer) => void) {
    this.#waitMs = waitMs
    this.#onRelease = onRelease
  }

  /** Takes a piece in, and lets go what has waited long enough. */
  push(pcm: Buffer, arrivedAt: number): void {
    this.#chunks.push({ pcm, arrivedAt })
    if (arrivedAt - this.#chunks[0]!.arrivedAt >= this.#waitMs + BATCH_MS)
      this.#release(arrivedAt - this.#waitMs)
  }

  /**
   * Doubts the sound that came after `fromMs` (epoch ms) until {@link clear}; asked again, the
   * doubt is moved.
   */
  suspect(cause: Cause, fromMs: number): void {
    this.#suspicions.set(cause, fromMs)
  }

  clear(cause: Cause): void {
    this.#suspicions.delete(cause)
  }

  /** Lets go at once what came until `untilMs` and is in no doubt; forgets the rest. */
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
