/** A frame of a picture that has not changed is smaller than this, in bytes. */
const STILL_FRAME_BYTES = 1_000
/** After a change the encoder still improves the picture for this long. */
const SETTLING_MS = 2_500
/** Larger frames in a row: single ones are key frames. */
const PROOFS = 3

/**
 * Finds out that a display changes without reporting it, as some drivers of graphics cards do: then
 * frames are large although nothing has been reported. Times are in ms, of a steady clock.
 */
export class UnreportedChanges {
  #reportedAt: number
  #proofs = 0

  /** `now`: when the capture began, since its first frames are large. */
  constructor(now: number) {
    this.#reportedAt = now
  }

  /** Observes that a change was reported. */
  observeReport(now: number): void {
    this.#reportedAt = now
  }

  /** Observes the size of an encoded frame. Returns whether changes are not reported. */
  observeFrame(bytes: number, now: number): boolean {
    const isUnexplained = bytes > STILL_FRAME_BYTES && now - this.#reportedAt > SETTLING_MS
    this.#proofs = isUnexplained ? this.#proofs + 1 : 0
    return this.#proofs >= PROOFS
  }
}
