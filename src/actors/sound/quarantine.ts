/**
 * Pieces come each 5 ms; written to an encoder one by one they would cost more than all else here.
 */
const TOGETHER_MS = 50

/** A piece of sound, and when it came (epoch ms). */
interface Piece {
  pcm: Buffer
  arrivedAt: number
}

/**
 * Where sound waits before it goes to the encoder, for it may turn out that it is not what it
 * should be: of another device, or out of its time. Such news comes some milliseconds after the
 * sound; while there is a doubt nothing is let go.
 */
export class Quarantine<Doubt extends string> {
  readonly #waitMs: number
  readonly #release: (pcm: Buffer) => void
  readonly #doubts = new Map<Doubt, number>()
  #pieces: Piece[] = []

  /** `waitMs`: how long each piece waits at least. */
  constructor(waitMs: number, release: (pcm: Buffer) => void) {
    this.#waitMs = waitMs
    this.#release = release
  }

  /** Takes a piece in, and lets go what has waited long enough. */
  push(pcm: Buffer, arrivedAt: number): void {
    this.#pieces.push({ pcm, arrivedAt })
    if (arrivedAt - this.#pieces[0]!.arrivedAt >= this.#waitMs + TOGETHER_MS)
      this.#letGo(arrivedAt - this.#waitMs)
  }

  /**
   * Doubts the sound that came after `fromMs` (epoch ms) until {@link trust}; asked again, the
   * doubt is moved.
   */
  doubt(doubt: Doubt, fromMs: number): void {
    this.#doubts.set(doubt, fromMs)
  }

  trust(doubt: Doubt): void {
    this.#doubts.delete(doubt)
  }

  /** Lets go at once what came until `untilMs` and is in no doubt; forgets the rest. */
  end(untilMs: number): void {
    this.#letGo(untilMs)
    this.#pieces = []
  }

  #letGo(untilMs: number): void {
    const limit = Math.min(untilMs, ...this.#doubts.values())
    const kept = this.#pieces.findIndex(({ arrivedAt }) => arrivedAt > limit)
    const sure = this.#pieces.splice(0, kept === -1 ? this.#pieces.length : kept)
    if (sure.length > 0) this.#release(Buffer.concat(sure.map(({ pcm }) => pcm)))
  }
}
