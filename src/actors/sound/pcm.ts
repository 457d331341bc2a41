import type { Level } from '../../contract/views.ts'
import { SAMPLE_RATE } from '../../ffmpeg/encoding.ts'

const SAMPLE_BYTES = 2
const FULL_SCALE = 32_768
/** The level that stands for silence, in dBFS. */
export const SILENCE_DB = -120
/** Frames in one level: a tenth of a second. */
const LEVEL_FRAMES = SAMPLE_RATE / 10

/** Frames (one sample of each channel) of raw 16-bit sound. */
export function pcmFrames(bytes: number, channels: number): number {
  return bytes / (SAMPLE_BYTES * channels)
}

/** Bytes of so many frames of raw 16-bit sound. */
export function pcmBytes(frames: number, channels: number): number {
  return frames * SAMPLE_BYTES * channels
}

/** Splits raw sound into whole frames (one sample of each channel), in chunks of any size. */
export class FrameAligner {
  readonly #frameBytes: number
  #rest: Buffer = Buffer.alloc(0)

  constructor(channels: number) {
    this.#frameBytes = SAMPLE_BYTES * channels
  }

  push(chunk: Buffer): Buffer {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const whole = bytes.length - (bytes.length % this.#frameBytes)
    this.#rest = bytes.subarray(whole)
    return bytes.subarray(0, whole)
  }
}

/**
 * Measures the loudness of raw 16-bit little-endian sound, over all channels, ten times a second.
 */
export class LevelMeter {
  readonly #windowSamples: number
  readonly #report: (level: Level) => void
  #samples = 0
  #squares = 0
  #peak = 0

  constructor(channels: number, report: (level: Level) => void) {
    this.#windowSamples = LEVEL_FRAMES * channels
    this.#report = report
  }

  push(pcm: Buffer): void {
    // A view of 16-bit words needs an even address; a chunk from a pipe may start anywhere.
    const even = pcm.byteOffset % SAMPLE_BYTES === 0 ? pcm : new Uint8Array(pcm)
    const samples = new Int16Array(
      even.buffer,
      even.byteOffset,
      Math.floor(pcm.length / SAMPLE_BYTES),
    )
    for (let at = 0; at < samples.length; ) {
      const end = Math.min(samples.length, at + this.#windowSamples - this.#samples)
      this.#samples += end - at
      let [squares, peak] = [this.#squares, this.#peak]
      for (; at < end; at++) {
        const sample = samples[at]!
        squares += sample * sample
        peak = Math.max(peak, Math.abs(sample))
      }
      this.#squares = squares
      this.#peak = peak
      if (this.#samples === this.#windowSamples) this.#flush()
    }
  }

  #flush(): void {
    const rms = Math.sqrt(this.#squares / this.#samples)
    this.#report({ rmsDb: decibels(rms), peakDb: decibels(this.#peak) })
    this.#samples = 0
    this.#squares = 0
    this.#peak = 0
  }
}

/** Amplitude of 16-bit sound in dB relative to full scale, to a tenth, −120 at the least. */
function decibels(amplitude: number): number {
  if (amplitude === 0) return SILENCE_DB
  // Adding 0 makes 0 of −0.
  return Math.max(SILENCE_DB, Math.round(200 * Math.log10(amplitude / FULL_SCALE)) / 10 + 0)
}
