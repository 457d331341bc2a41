import { uptime } from 'node:os'
import type { ClockJump, RecorderClock } from './recorder-clock.ts'

/** The sources of the time, each in ms. */
export interface TimeSources {
  /** Epoch; jumps when somebody sets it. */
  wall(): number
  /** Never jumps, and stands still while the machine sleeps. */
  monotonic(): number
  /** Never jumps, and goes on while the machine sleeps. */
  boot(): number
}

const SYSTEM: TimeSources = {
  wall: Date.now,
  monotonic: () => performance.now(),
  boot: () => uptime() * 1_000,
}

/** A shorter sleep is within the resolution of the clock that counts sleep. */
const SLEEP_MS = 1_000
/**
 * A smaller step comes from reading two clocks one after the other. Gradual adjustment to network
 * time moves both clocks alike.
 */
const STEP_MS = 30
/** A reading that takes longer is repeated, up to this many readings. */
const READING_MS = 5
const READINGS = 5
/**
 * Between two checks while something is captured: soon enough to end a capture before media from
 * after a sleep are in its file.
 */
const WATCHED_TICK_MS = 200
const TICK_MS = 1_000

/**
 * The recorder's time: the wall clock's time at the start, counted on without a jump. Setting the
 * system clock must not tear a recording apart or let its segments overlap. The new time is
 * therefore adopted only by {@link adoptWallClock}. A wall clock behind the log's newest time is no
 * reason to go back either ({@link notBefore}). During a sleep of the machine the count goes on.
 * Listeners are notified of the sleep, because nothing can have been captured in it.
 */
export class SteadyClock implements RecorderClock {
  readonly #sources: TimeSources
  readonly #listeners = new Set<(jump: ClockJump) => void>()
  /** Wall-clock time at which the monotonic clock read 0. */
  #origin: number
  /** The readings at the last tick. */
  #last: { monotonic: number; boot: number; ahead: number }
  #timer: NodeJS.Timeout | undefined
  #tickMs = TICK_MS

  constructor(sources: TimeSources = SYSTEM) {
    this.#sources = sources
    const { value: wall, monotonic } = this.#readBeside(sources.wall)
    this.#origin = wall - monotonic
    this.#last = { ...this.#readBoot(), ahead: 0 }
    this.#schedule()
  }

  now(): number {
    return this.#origin + this.#sources.monotonic()
  }

  get wallAheadMs(): number {
    const { value, monotonic } = this.#readBeside(this.#sources.wall)
    return value - (this.#origin + monotonic)
  }

  onJump(listener: (jump: ClockJump) => void): () => void {
    this.#listeners.add(listener)
    this.#schedule()
    return () => {
      this.#listeners.delete(listener)
      this.#schedule()
    }
  }

  adoptWallClock(): void {
    this.#origin += this.wallAheadMs
    this.#last.ahead = 0
  }

  notBefore(epochMs: number): void {
    this.#origin += Math.max(0, epochMs - this.now())
  }

  /** Ends the checks and all subscriptions. The time can still be read. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#listeners.clear()
  }

  /** The first listener is the recorder itself; further ones are captures. */
  #schedule(): void {
    const tickMs = this.#listeners.size > 1 ? WATCHED_TICK_MS : TICK_MS
    if (this.#timer !== undefined && this.#tickMs === tickMs) return
    clearInterval(this.#timer)
    this.#tickMs = tickMs
    this.#timer = setInterval(() => this.#checkAll(), tickMs).unref()
  }

  /**
   * Checks all clocks, but the one that counts sleep only when the wall clock has moved: a sleep
   * moves it, too. A wall clock that was set back by just as much is noticed at the next tick.
   * Captures check for each piece of sound, and libuv reads a file to know the boot time.
   */
  check(): void {
    const { monotonic, boot, ahead } = this.#last
    const now = this.#sources.monotonic()
    if (Math.abs(this.wallAheadMs - ahead) > STEP_MS) this.#checkAll()
    else this.#last = { monotonic: now, boot: boot + now - monotonic, ahead }
  }

  #checkAll(): void {
    const { monotonic, boot, ahead } = this.#last
    const now = this.#readBoot()
    const sleptMs = now.boot - boot - (now.monotonic - monotonic)
    if (sleptMs > SLEEP_MS) {
      const from = this.#origin + monotonic
      this.#origin += sleptMs
      this.#last = { ...now, ahead }
      this.#notify({ type: 'slept', from, to: this.now() })
    }
    const aheadNow = this.wallAheadMs
    const byMs = Math.round(aheadNow - ahead)
    const stepped = Math.abs(byMs) > STEP_MS
    this.#last = { ...now, ahead: stepped ? aheadNow : ahead }
    if (stepped) this.#notify({ type: 'stepped', byMs })
  }

  #readBoot(): { monotonic: number; boot: number } {
    const { value: boot, monotonic } = this.#readBeside(this.#sources.boot)
    return { monotonic, boot }
  }

  /**
   * Reads a clock and the monotonic one at one moment. A process that is held between two readings
   * would otherwise take that for a sleep, or for a step.
   */
  #readBeside(clock: () => number): { value: number; monotonic: number } {
    for (let reading = 1; ; reading++) {
      const before = this.#sources.monotonic()
      const value = clock()
      const after = this.#sources.monotonic()
      if (after - before <= READING_MS || reading === READINGS)
        return { value, monotonic: (before + after) / 2 }
    }
  }

  #notify(jump: ClockJump): void {
    for (const listener of [...this.#listeners]) listener(jump)
  }
}
