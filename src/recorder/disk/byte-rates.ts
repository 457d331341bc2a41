import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'

/** Length of the measured window: the last minute. */
const WINDOW_MS = 60_000
/** Shortest measurement: the first seconds of a screen hold its one whole picture. */
const SHORTEST_MS = 5_000
/** Overhead of the container for sound. */
const AUDIO_OVERHEAD = 1.06
/** A desktop at work, 15 frames a second, at a constant rate factor of 23. */
const SCREEN_BYTES_PER_SECOND = 62_000

interface Meter {
  /** Which segment of which recording. */
  source: string
  points: { atMs: number; bytes: number }[]
}

/**
 * Estimates the bytes per second of each medium: from the last minute, else from the last
 * measurement, else from a typical value.
 */
export class ByteRates {
  readonly #meters = new Map<Medium, Meter>()
  readonly #measured = new Map<Medium, number>()

  /** Observes the size of a segment's file. `atMs`: time of a monotonic clock. */
  observe(medium: Medium, source: string, bytes: number, atMs: number): void {
    let meter = this.#meters.get(medium)
    if (meter?.source !== source) {
      meter = { source, points: [] }
      this.#meters.set(medium, meter)
    }
    const { points } = meter
    points.push({ atMs, bytes })
    // The oldest point is a minute old, or a little less.
    while (points[0] !== undefined && atMs - points[0].atMs > WINDOW_MS) points.shift()
    const first = points[0]
    if (first === undefined || atMs - first.atMs < SHORTEST_MS) return
    this.#measured.set(medium, ((bytes - first.bytes) / (atMs - first.atMs)) * 1_000)
  }

  /** Bytes per second of some media together, at least 1. */
  bytesPerSecond(media: readonly Medium[], quality: Quality): number {
    const rates = media.map((medium) => this.#measured.get(medium) ?? typicalRate(medium, quality))
    return Math.max(
      1,
      rates.reduce((sum, rate) => sum + rate, 0),
    )
  }
}

/** Typical bytes per second of a medium at a quality. */
export function typicalRate(medium: Medium, quality: Quality): number {
  if (medium === 'mic') return (quality.micBitsPerSecond / 8) * AUDIO_OVERHEAD
  if (medium === 'speaker') return (quality.speakerBitsPerSecond / 8) * AUDIO_OVERHEAD
  // Frames closer together differ less; adding 6 to the rate factor halves the size.
  return (
    SCREEN_BYTES_PER_SECOND *
    (quality.framesPerSecond / 15) ** 0.7 *
    2 ** ((23 - quality.screenCrf) / 6)
  )
}
