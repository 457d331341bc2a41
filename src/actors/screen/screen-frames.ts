import { type Fragment, FragmentAssembler, readBox, shortenFragment } from '../../media/fmp4.ts'
import { Splitter } from '../../media/splitter.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import type { MediaUnit } from '../segment/pipeline.ts'
import { ClockSteps } from './clock-steps.ts'

/** How long frames wait until the time of the first one is read from ffmpeg's messages. */
const START_TIME_WAIT_MS = 250
/**
 * The start of an input in ffmpeg's messages. Inputs with a wall clock (x11grab, gdigrab) give
 * epoch seconds; others count from another origin.
 */
const INPUT_START = /start: (-?\d+\.\d+|N\/A)/
const EPOCH_SECONDS_MIN = 1e9
/** A frame that ends further ahead than this was timed by a clock that has been set. */
const AHEAD_MAX_MS = 1_000
/**
 * A still screen brings frames that are much shorter, and the stall watch ends a capture without
 * frames before this. It counts ticks, so a longer frame comes when this process was held.
 */
const FRAME_MAX_MS = 3_000
/** How long a picture is kept that was not captured again in time. */
const KEPT_MS = 500

/** The parts that a screen's frames depend on, and where they go. */
export interface ScreenFramesParts {
  clock: RecorderClock
  /** Nothing captured after this time is kept (epoch ms); infinite while there was no cut. */
  cutAt(): number
  /**
   * Whether the last frame waits for {@link ScreenFrames.finish}. A screen that stands still may
   * bring no frame after a cut, so its last one is then shown until the cut.
   */
  keepsLast(): boolean
  unit(unit: MediaUnit): void
  /** A frame was timed by a clock that has been set. */
  clockSet(): void
  /**
   * The screen was not captured for `ms`. Nothing is kept after `at` (epoch ms), or nothing at all
   * of these frames when they are discarded now.
   */
  heldUp(at: number, ms: number): void
}

/**
 * Splits ffmpeg's fragmented MP4 into frames, places them on the recorder's time and cuts them. A
 * fragment comes when the next frame is there. The frame on screen at a cut therefore always comes
 * after the cut, and is shortened.
 */
export class ScreenFrames {
  startedAtMs: number | undefined
  readonly #parts: ScreenFramesParts
  readonly #boxes = new Splitter(readBox)
  readonly #assembler = new FragmentAssembler()
  readonly #steps: ClockSteps
  #messages = ''
  /** The input does not report the wall-clock time. */
  #hasNoClock = false
  #waiting: Fragment[] = []
  #isDiscarded = false
  #startTimeTimer: NodeJS.Timeout | undefined
  #init: Buffer | undefined
  #firstTick: number | undefined

  /** To be made before the first frame is captured. */
  constructor(parts: ScreenFramesParts) {
    this.#parts = parts
    this.#steps = new ClockSteps(parts.clock)
  }

  /** Whether a frame has been passed on. */
  get hasPassed(): boolean {
    return this.#init !== undefined
  }

  /** Passes nothing on from now on. */
  discard(): void {
    this.#isDiscarded = true
    clearTimeout(this.#startTimeTimer)
  }

  /** Looks for the time of the first frame in ffmpeg's messages. */
  readStartTime(text: string): void {
    if (this.startedAtMs !== undefined || this.#hasNoClock) return
    this.#messages = (this.#messages + text).slice(-4_096)
    const start = INPUT_START.exec(this.#messages)?.[1]
    if (start === undefined) return
    this.#hasNoClock = !(Number(start) >= EPOCH_SECONDS_MIN)
    if (!this.#hasNoClock) this.#startAt(this.#steps.startOf(Number(start) * 1_000))
    this.#emit()
  }

  /** The first frame will not be timed any more: the time of its arrival has to do. */
  useArrivalTime(): void {
    this.#hasNoClock = true
    this.#emit()
  }

  /** Splits a chunk of ffmpeg's output into frames. Throws FormatError when it is no MP4. */
  split(chunk: Buffer): Fragment[] {
    const fragments: Fragment[] = []
    for (const box of this.#boxes.push(chunk)) {
      const fragment = this.#assembler.push(box)
      if (fragment === undefined) continue
      this.#firstTick ??= fragment.start
      this.#steps.correct(fragment, this.#assembler.timescale!, (tick) => this.#timeOf(tick))
      fragments.push(fragment)
    }
    return fragments
  }

  /** No frame was captured before the beginning, whatever its own time says. */
  #startAt(epochMs: number): void {
    this.startedAtMs = Math.max(this.#steps.begunAt, epochMs)
  }

  #timeOf(tick: number): number {
    return this.startedAtMs! + this.#ms(tick - this.#firstTick!)
  }

  /** Passes frames on, once the time of the first one is known. */
  push(fragments: readonly Fragment[]): void {
    this.#waiting.push(...fragments)
    this.#emit()
  }

  /** No frame will come any more: passes on the last one. */
  finish(): void {
    if (this.#parts.keepsLast()) this.#emit(true)
  }

  /**
   * The duration of all waiting frames. A fragment comes when its frame is over, so the first frame
   * began this long ago. Used for inputs that do not report the wall-clock time.
   */
  #waitingMs(): number {
    return this.#ms(this.#waiting.reduce((sum, fragment) => sum + fragment.duration, 0))
  }

  #ms(ticks: number): number {
    return (ticks / this.#assembler.timescale!) * 1_000
  }

  #emit(isEnd = false): void {
    if (this.#isDiscarded) return
    const { clock, keepsLast } = this.#parts
    if (this.startedAtMs === undefined && this.#waiting.length > 0) {
      if (this.#hasNoClock) this.#startAt(clock.now() - this.#waitingMs())
      else this.#startTimeTimer ??= setTimeout(() => this.useArrivalTime(), START_TIME_WAIT_MS)
    }
    if (this.startedAtMs === undefined) return
    clearTimeout(this.#startTimeTimer)
    const waiting = this.#waiting
    this.#waiting = keepsLast() && !isEnd ? waiting.splice(-1) : []
    for (const [index, fragment] of waiting.entries())
      this.#emitFrame(fragment, this.startedAtMs, isEnd && index === waiting.length - 1)
  }

  #emitFrame(fragment: Fragment, startedAtMs: number, isLast: boolean): void {
    const { clock, cutAt, clockSet, heldUp, unit } = this.#parts
    const startMs = this.#ms(fragment.start - this.#firstTick!)
    const endMs = startMs + this.#ms(fragment.duration)
    const aheadMs = startedAtMs + endMs - clock.now()
    if (aheadMs > AHEAD_MAX_MS && startedAtMs + startMs <= cutAt()) clockSet()
    const shownMs = Math.min(endMs, cutAt() - startedAtMs) - startMs
    if (shownMs > FRAME_MAX_MS) heldUp(startedAtMs + startMs + KEPT_MS, shownMs)
    if (this.#isDiscarded) return
    const cutMs = cutAt() - startedAtMs
    if (startMs > cutMs) return
    if (isLast || endMs > cutMs) {
      fragment.duration = Math.max(
        1,
        Math.floor(((cutMs - startMs) / 1_000) * this.#assembler.timescale!),
      )
      shortenFragment(fragment.moof, fragment.duration)
    }
    const bytes = [fragment.moof, fragment.mdat]
    if (this.#init === undefined) {
      this.#init = this.#assembler.init
      bytes.unshift(this.#init)
    }
    unit({
      bytes: Buffer.concat(bytes),
      endMs: startMs + this.#ms(fragment.duration),
    })
  }
}
