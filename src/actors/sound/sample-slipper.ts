import { SAMPLE_RATE } from '../../ffmpeg/encoding.ts'

const SAMPLE_BYTES = 2
/** A smaller lag is left alone: no clock is read more exactly. */
const AT_REST_MS = 0.2
/** Frames slipped a second for each ms of lag, and at most: one every 5 ms. */
const SLIPS_A_MS = 48
const SLIPS_MAX = 200
/** Slips are placed in blocks of this many frames (20 ms), each of which has at most four. */
const BLOCK_FRAMES = 960
const SPACING_FRAMES = SAMPLE_RATE / SLIPS_MAX

/**
 * Keeps raw 16-bit sound in time by repeating or dropping single frames (one sample of each
 * channel). It does so where the sound changes least, so that nobody hears it. A crystal that is
 * off by 50 ppm needs two or three frames a second.
 */
export class SampleSlipper {
  readonly #channels: number
  readonly #frameBytes: number
  #shifted = 0
  /** Slips that are due; the rate is low, so they come as fractions. */
  #due = 0
  #sinceSlip = SPACING_FRAMES

  constructor(channels: number) {
    this.#channels = channels
    this.#frameBytes = SAMPLE_BYTES * channels
  }

  /** How much longer the sound has become so far, in ms. */
  get shiftMs(): number {
    return (this.#shifted * 1_000) / SAMPLE_RATE
  }

  /**
   * Returns the frames to keep when the sound lags its time by `lagMs` (negative: leads). `pcm`
   * holds whole frames.
   */
  push(pcm: Buffer, lagMs: number): Buffer {
    if (Math.abs(lagMs) <= AT_REST_MS && this.#due < 1) {
      this.#sinceSlip += pcm.length / this.#frameBytes
      return pcm
    }
    const pieces: Buffer[] = []
    for (let at = 0; at < pcm.length; at += BLOCK_FRAMES * this.#frameBytes)
      pieces.push(...this.#pushBlock(pcm.subarray(at, at + BLOCK_FRAMES * this.#frameBytes), lagMs))
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  #pushBlock(block: Buffer, lagMs: number): Buffer[] {
    const pieces: Buffer[] = []
    const frames = block.length / this.#frameBytes
    const rate = Math.min(SLIPS_MAX, SLIPS_A_MS * Math.max(0, Math.abs(lagMs) - AT_REST_MS))
    this.#due = Math.min(4, this.#due + (rate * frames) / SAMPLE_RATE)
    let from = 0
    while (this.#due >= 1) {
      // Keeps the least distance to the last slip; the rest waits for the next chunk.
      const first = Math.max(
        from,
        from === 0 ? SPACING_FRAMES - this.#sinceSlip : from + SPACING_FRAMES,
      )
      const last = Math.min(frames, first + SPACING_FRAMES) - 2
      if (last <= first) break
      const at = this.#steadiestFrame(block, first, last)
      pieces.push(block.subarray(from * this.#frameBytes, (at + 1) * this.#frameBytes))
      if (lagMs > 0) pieces.push(this.#interpolate(block, at))
      const next = lagMs > 0 ? at + 1 : at + 2
      this.#sinceSlip = -next
      this.#shifted += lagMs > 0 ? 1 : -1
      this.#due -= 1
      from = next
    }
    this.#sinceSlip += frames
    pieces.push(block.subarray(from * this.#frameBytes))
    return pieces
  }

  #sample(block: Buffer, frame: number, channel: number): number {
    return block.readInt16LE(frame * this.#frameBytes + SAMPLE_BYTES * channel)
  }

  /** Finds the frame around which the sound changes least: the crest of a wave, or a pause. */
  #steadiestFrame(block: Buffer, first: number, last: number): number {
    let steadiest = first
    let least = Number.POSITIVE_INFINITY
    for (let frame = first; frame <= last && least > 0; frame++) {
      let change = 0
      for (let channel = 0; channel < this.#channels; channel++) {
        const [a, b] = [
          this.#sample(block, frame, channel),
          this.#sample(block, frame + 1, channel),
        ]
        const c =
          frame + 2 < block.length / this.#frameBytes ? this.#sample(block, frame + 2, channel) : b
        change += Math.abs(b - a) + Math.abs(c - b)
      }
      if (change < least) [steadiest, least] = [frame, change]
    }
    return steadiest
  }

  /** Makes a frame half-way between a frame and the next one. */
  #interpolate(block: Buffer, frame: number): Buffer {
    const made = Buffer.alloc(this.#frameBytes)
    for (let channel = 0; channel < this.#channels; channel++) {
      const [a, b] = [this.#sample(block, frame, channel), this.#sample(block, frame + 1, channel)]
      made.writeInt16LE(Math.round((a + b) / 2), SAMPLE_BYTES * channel)
    }
    return made
  }
}
