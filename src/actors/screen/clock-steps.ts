import { type Fragment, retimeFragment } from '../../media/fmp4.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'

/** Smaller differences are measurement noise, or are taken out once they add up to this. */
const STEP_MS = 30
/**
 * ffmpeg drops the frames of this time after a step back; a new segment would lose as much. After a
 * longer one it would stand still for too long.
 */
const BACK_MAX_MS = 500
/** Nothing is lost by a step ahead. The time of a fragment has a limit. */
const AHEAD_MAX_MS = 10_000

/** Whether a capture can go on after a step of the system clock, in ms (negative: back). */
export function isBridged(byMs: number): boolean {
  return byMs >= -BACK_MAX_MS && byMs <= AHEAD_MAX_MS
}

/**
 * Takes steps of the system clock out of the times of a screen's frames, which ffmpeg times by it.
 * Some clocks are set every few seconds. A frame that came just then may be off by the step, or by
 * its own length if that is shorter.
 */
export class ClockSteps {
  readonly #clock: RecorderClock
  /** The recorder's time at the beginning (epoch ms). */
  readonly begunAt: number
  /** How far the system clock is ahead in the times that frames get now. */
  #aheadMs: number
  #shiftTicks = 0
  /** The frames are timed by the system clock. */
  #isInUse = false
  /** A step ahead was noticed that may have come behind the newest frame. */
  #isNoticed = false

  /** To be made before the first frame is captured. */
  constructor(clock: RecorderClock) {
    this.#clock = clock
    this.begunAt = clock.now()
    this.#aheadMs = clock.wallAheadMs
  }

  /** The recorder's time of the first frame, from that of the system clock (both epoch ms). */
  startOf(wallMs: number): number {
    this.#isInUse = true
    const startedAt = wallMs - this.#aheadMs
    if (startedAt >= this.begunAt && startedAt <= this.#clock.now()) return startedAt
    // It was set between the beginning and the first frame.
    this.#aheadMs = this.#clock.wallAheadMs
    return wallMs - this.#aheadMs
  }

  /**
   * Corrects a fragment that has just come, in place. `timeOf` returns the recorder's time of a
   * tick (epoch ms). Corrects nothing before the time of the first frame is known.
   */
  correct(fragment: Fragment, timescale: number, timeOf: (tick: number) => number): void {
    if (!this.#isInUse) return
    const stepMs = this.#clock.wallAheadMs - this.#aheadMs
    const step = Math.round((stepMs * timescale) / 1_000)
    const start = fragment.start - this.#shiftTicks
    let { duration } = fragment
    const isStep = Math.abs(stepMs) > STEP_MS && duration - step >= 1
    if (isStep && this.#contains(stepMs, timeOf(start + duration))) {
      this.#aheadMs += stepMs
      this.#shiftTicks += step
      this.#isNoticed = false
      duration -= step
    }
    if (start !== fragment.start || duration !== fragment.duration)
      retimeFragment(fragment, { start, duration })
  }

  /** Whether the end of a frame was timed after a step: its time would otherwise be impossible. */
  #contains(stepMs: number, endMs: number): boolean {
    const now = this.#clock.now()
    if (stepMs < 0) return endMs - stepMs <= now
    const wasNoticed = this.#isNoticed
    this.#isNoticed = true
    return wasNoticed || endMs > now
  }
}
