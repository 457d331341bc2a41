/** The length of sound that one peak stands for, in ms. */
const PEAK_INTERVAL_MS = 20
/** The rate at which sound is decoded for its peaks. */
export const PEAK_SAMPLE_RATE = 8_000

const SAMPLES = (PEAK_SAMPLE_RATE * PEAK_INTERVAL_MS) / 1_000
const FULL_SCALE = 32_768
const BYTES_AT_FIRST = 65_536

/**
 * Measures the peaks of sound: one byte for every 20 ms, 255 times the square root of the largest
 * amplitude (0 to 1). The root keeps quiet speech visible beside loud speech.
 */
export class PeakMeter {
  #peaks = new Uint8Array(BYTES_AT_FIRST)
  #count = 0
  #largest = 0
  #samples = 0
  /** The first byte of a sample that two chunks share. */
  #half: number | undefined

  /** Consumes mono sound of 8,000 samples a second, 16 bits each, in chunks of any size. */
  push(chunk: Buffer): void {
    const bytes = this.#half === undefined ? chunk : Buffer.from([this.#half, ...chunk])
    const end = bytes.length - (bytes.length % 2)
    for (let at = 0; at < end; at += 2) this.#add(Math.abs(bytes.readInt16LE(at)))
    this.#half = end < bytes.length ? bytes[end] : undefined
  }

  /** Returns the peaks, with that of a last interval that is not full. */
  finish(): Buffer {
    if (this.#samples > 0) this.#store()
    return Buffer.from(this.#peaks.subarray(0, this.#count))
  }

  #add(amplitude: number): void {
    if (amplitude > this.#largest) this.#largest = amplitude
    if (++this.#samples === SAMPLES) this.#store()
  }

  #store(): void {
    if (this.#count === this.#peaks.length) {
      const larger = new Uint8Array(2 * this.#peaks.length)
      larger.set(this.#peaks)
      this.#peaks = larger
    }
    this.#peaks[this.#count++] = Math.round(255 * Math.sqrt(this.#largest / FULL_SCALE))
    this.#largest = 0
    this.#samples = 0
  }
}
