import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'

/** Length of the measured window: the last minute. */
const WINDOW_MS = 60_000
/**
 * A measurement over less than this says nothing: the first seconds of a screen hold its one whole
 * picture.
 */
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
 * How many bytes a second each medium takes: as measured over the last minute, else as last
 * measured, else as is usual.
 */
export class BitRates {
  readonly #meters = new Map<Medium, Meter>()
  readonly #measured = new Map<Medium, number>()

  /** Takes how long a segment's file has become. `atMs`: of a clock that is never set. */
  take(medium: Medium, source: string, bytes: number, atMs: number): void {
    let meter = this.#meters.get(medium)
    if (meter?.source !== source) {
      meter = { source, points: [] }
      this.#meters.set(medium, meter)
    }
    const { points } = meter
    points.push({ atMs, bytes })
    // The oldest that is kept is a minute old, or a little less.
    while (points[0] !== undefined && atMs - points[0].atMs > WINDOW_MS) points.shift()
    const first = points[0]
    if (first === undefined || atMs - first.atMs < SHORTEST_MS) return
    this.#measured.set(medium, ((bytes - first.bytes) / (atMs - first.atMs)) * 1_000)
  }

  /** Bytes a second of some media together, at least 1. */
  of(media: readonly Medium[], quality: Quality): number {
    const rates = media.map((medium) => this.#measured.get(medium) ?? typicalRate(medium, quality))
    return Math.max(
      1,
      rates.reduce((sum, rate) => sum + rate, 0),
    )
  }
}

/** Bytes a second that a medium usually takes at a quality. */
export function typicalRate(medium: Medium, quality: Quality): number {
  if (medium === 'mic') return (quality.micBitsPerSecond / 8) * AUDIO_OVERHEAD
  if (medium === 'speaker') return (quality.speakerBitsPerSecond / 8) * AUDIO_OVERHEAD
  // Frames closer together differ less; 6 of the rate factor halve what is written.
  return (
    SCREEN_BYTES_PER_SECOND *
    (quality.framesPerSecond / 15) ** 0.7 *
    2 ** ((23 - quality.screenCrf) / 6)
  )
}
