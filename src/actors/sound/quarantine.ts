/**
 * Sound is released in batches, because writing each small block to the encoder would cost more
 * than everything else here. It is read in steps of 0.1 s, so a batch has two of them.
 */
const BATCH_MS = 90

/** Some sound and its time of arrival (epoch ms). */
interface Chunk {
  pcm: Buffer
  arrivedAt: number
}

/** Holds sound back before it goes to the encoder while it may be out of its time. */
export class Quarantine {
  readonly #onRelease: (pcm: Buffer) => void
  #suspectFrom = Number.POSITIVE_INFINITY
  #chunks: Chunk[] = []

  constructor(onRelease: (pcm: Buffer) => void) {
    this.#onRelease = onRelease
  }

  /** Adds a chunk, and releases what is not suspect when it makes a batch. */
  push(pcm: Buffer, arrivedAt: number): void {
    this.#chunks.push({ pcm, arrivedAt })
    if (arrivedAt - this.#chunks[0]!.arrivedAt >= BATCH_MS) this.#release(arrivedAt)
  }

  /** Suspects the sound that came after `fromMs` (epoch ms) until {@link clear}. */
  suspect(fromMs: number): void {
    this.#suspectFrom = fromMs
  }

  /** Ends the suspicion. */
  clear(): void {
    this.#suspectFrom = Number.POSITIVE_INFINITY
  }

  /** Releases at once what came until `untilMs` and is not suspect; drops the rest. */
  flush(untilMs: number): void {
    this.#release(untilMs)
    this.#chunks = []
  }

  #release(untilMs: number): void {
    const limit = Math.min(untilMs, this.#suspectFrom)
    const kept = this.#chunks.findIndex(({ arrivedAt }) => arrivedAt > limit)
    const sure = this.#chunks.splice(0, kept === -1 ? this.#chunks.length : kept)
    for (const { pcm } of sure) this.#onRelease(pcm)
  }
}
