import { SAMPLE_RATE } from '../../ffmpeg/encoding.ts'

/** The length of a bucket. Its earliest arrival stands for all arrivals in it. */
const BUCKET_MS = 500
/** Buckets that count: enough to tell 5 ppm from a busy second. */
const BUCKETS = 60
/** No sound card is further off. */
const SKEW_MAX = 2_500e-6
/**
 * After this many late buckets in a row the delay itself has changed, and earlier buckets are
 * dropped.
 */
const STEP_BUCKETS = 10
const STEP_MS = 10
/** Arrivals in a row whose delays differ by no more than this are regular. */
const REGULAR_ARRIVALS = 5
const REGULAR_MS = 1.5
/** After this much sound its delay is known also when it comes irregularly. */
const SETTLED_MS = 200
/** Sound this late for this long has lost samples: a busy machine delays it less. */
const LOSS_MS = 80
const LOSS_LASTS_MS = 1_200
/**
 * A longer time between two arrivals does not count for that: the server or this process was held,
 * and sound from that time comes in pieces.
 */
const ARRIVALS_MS = 250

interface Point {
  /** Time of arrival, from the first one on, in ms. */
  at: number
  /**
   * Arrival less the duration of all sound so far: the apparent capture time of the first sample.
   */
  origin: number
}

/**
 * Measures how far a sound card's clock drifts from the recorder's. A chunk can only come late,
 * never early. The line just below all arrivals of the last half minute is therefore where they
 * would be without delay, and its slope is the error of the sound card's clock (Moon, Skelly,
 * Towsley: Estimation and removal of clock skew from network delay measurements, 1999).
 */
export class DriftMeter {
  #firstAt: number | undefined
  #frames = 0
  #points: Point[] = []
  #bucket: Point | undefined
  #bucketEnd = 0
  #line = { origin: Number.POSITIVE_INFINITY, slope: 0 }
  #lateBuckets = 0
  /** The arrivals until the meter has settled, as in {@link Point.origin}. */
  readonly #early: number[] = []
  #lastGoodAt = 0
  #lastAt = 0
  /** For how long late sound has been coming; undefined when it is not late. */
  #lateMs: number | undefined

  /** Observes frames that arrived at `arrivedAt` (epoch ms, by a clock that does not jump). */
  push(frames: number, arrivedAt: number): void {
    if (frames === 0) return
    this.#firstAt ??= arrivedAt
    const at = arrivedAt - this.#firstAt
    this.#frames += frames
    const origin = at - (this.#frames * 1_000) / SAMPLE_RATE
    if (this.#bucket && at >= this.#bucketEnd) this.#close(this.#bucket)
    this.#bucketEnd = this.#bucket ? this.#bucketEnd : at + BUCKET_MS
    if (this.#bucket === undefined || origin < this.#bucket.origin) this.#bucket = { at, origin }
    if (this.#points.length === 0 && origin < this.#line.origin) this.#line.origin = origin
    if (!this.#isOld) this.#early.push(origin)
    this.#evaluate(at, origin)
  }

  /**
   * Whether the capture time of the first sample is known well: the newest sound came regularly, so
   * its delay is the usual one, or there has been enough of it.
   */
  get isSettled(): boolean {
    if (this.#isOld) return true
    const newest = this.#early.slice(-REGULAR_ARRIVALS)
    const isFull = newest.length === REGULAR_ARRIVALS
    return isFull && Math.max(...newest) - Math.min(...newest) <= REGULAR_MS
  }

  get #isOld(): boolean {
    return (this.#frames * 1_000) / SAMPLE_RATE >= SETTLED_MS
  }

  /**
   * The capture time of the first sample (epoch ms), as estimated at a time. Moves with the sound's
   * clock.
   */
  originAt(time: number): number {
    return this.#firstAt! + this.#lineAt(time - this.#firstAt!)
  }

  /**
   * How many of the newest `frames`, which arrived at `arrivedAt`, were captured before a time
   * (both epoch ms).
   */
  framesUntil(time: number, arrivedAt: number, frames: number): number {
    if (frames === 0) return 0
    const captured = ((time - this.originAt(arrivedAt)) * SAMPLE_RATE) / 1_000
    return Math.max(0, Math.min(frames, captured - (this.#frames - frames)))
  }

  /**
   * Whether more of the sound from before a time (epoch ms) is missing than a delay explains: it is
   * late, or lost.
   */
  isMissing(time: number): boolean {
    if (this.#firstAt === undefined) return false
    return time - this.originAt(time) - (this.#frames * 1_000) / SAMPLE_RATE > LOSS_MS
  }

  /**
   * The time (epoch ms) since which sound is so late that some may have been lost; undefined when
   * it is not late.
   */
  get lateSince(): number | undefined {
    return this.#lateMs === undefined ? undefined : this.#firstAt! + this.#lastGoodAt
  }

  /** Whether sound has been late for too long to catch up. */
  get isLost(): boolean {
    return this.#lateMs !== undefined && this.#lateMs >= LOSS_LASTS_MS
  }

  #lineAt(at: number): number {
    return this.#line.origin + this.#line.slope * at
  }

  #evaluate(at: number, origin: number): void {
    const sinceLastMs = Math.min(at - this.#lastAt, ARRIVALS_MS)
    this.#lastAt = at
    if (origin - this.#lineAt(at) > LOSS_MS) {
      this.#lateMs = this.#lateMs === undefined ? 0 : this.#lateMs + sinceLastMs
      return
    }
    this.#lateMs = undefined
    this.#lastGoodAt = at
  }

  #close(bucket: Point): void {
    this.#bucket = undefined
    this.#lateBuckets =
      bucket.origin - this.#lineAt(bucket.at) > STEP_MS ? this.#lateBuckets + 1 : 0
    this.#points.push(bucket)
    if (this.#points.length > BUCKETS) this.#points.shift()
    if (this.#lateBuckets >= STEP_BUCKETS) {
      this.#points = this.#points.slice(-STEP_BUCKETS)
      this.#lateBuckets = 0
    }
    this.#line = lineBelow(this.#points)
  }
}

/**
 * The line below all points that is nearest to them: the edge of their lower convex hull at the
 * mean of their times.
 */
function lineBelow(points: readonly Point[]): { origin: number; slope: number } {
  const hull: Point[] = []
  for (const point of points) {
    while (hull.length >= 2 && !turnsUp(hull.at(-2)!, hull.at(-1)!, point)) hull.pop()
    hull.push(point)
  }
  const middle = points.reduce((sum, { at }) => sum + at, 0) / points.length
  const right = Math.max(
    1,
    hull.findIndex(({ at }) => at >= middle),
  )
  const [a, b] = [hull[right - 1]!, hull[right]]
  const steep = b === undefined ? 0 : (b.origin - a.origin) / (b.at - a.at)
  const slope = Math.max(-SKEW_MAX, Math.min(SKEW_MAX, steep))
  return { slope, origin: Math.min(...points.map(({ at, origin }) => origin - slope * at)) }
}

function turnsUp(a: Point, b: Point, c: Point): boolean {
  return (b.at - a.at) * (c.origin - a.origin) > (b.origin - a.origin) * (c.at - a.at)
}
