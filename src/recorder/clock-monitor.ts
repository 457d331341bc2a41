import type { By } from '../contract/by.ts'
import type { EventData } from '../contract/events.ts'
import type { ClockJump, RecorderClock } from '../time/recorder-clock.ts'
import type { FactPipeline } from './facts/fact-pipeline.ts'
import { isCapturing } from './open-recordings.ts'

/** The parts that a clock monitor works with. */
export interface ClockMonitorOptions {
  clock: RecorderClock
  facts: FactPipeline
  system: By
  /** Called when the computer has slept. */
  onSlept(): void
  onFault(what: string, error: unknown): void
}

type TimeFact = 'machine.slept' | 'clock.stepped' | 'warning.raised' | 'warning.cleared'

/** Smaller differences are measurement noise. */
const NOISE_MS = 30
/**
 * Smaller steps are told together, once they add up to this: a time server that corrects a bad
 * clock every few seconds would otherwise write thousands of events a day.
 */
const WORTH_TELLING_MS = 250
/** Smaller steps are an event but no warning. */
const WORTH_WARNING_MS = 1_000

/**
 * Records sleeps and clock steps as events; adopts a new time only while no recording depends on
 * the old one. The times of one recording therefore never go back, and its clocks never wait longer
 * than they were set to.
 */
export class ClockMonitor {
  readonly #options: ClockMonitorOptions
  readonly #stop: () => void
  /** The warning is in the log. */
  #warned = false
  #isWriting = false
  /** Steps that no event tells yet. */
  #untoldMs = 0

  constructor(options: ClockMonitorOptions) {
    this.#options = options
    this.#stop = options.clock.onJump((jump) => this.#onJump(jump))
  }

  /**
   * Adopts the system's time before a new recording. While another is in wrap-up only a later time
   * is adopted: with an earlier one that recording would end before it began, and its wrap-up would
   * last for as long as the clock was set back.
   */
  beforeStart(): void {
    const { clock, facts } = this.#options
    const open = [...facts.recordings.values()]
    if (open.some(isCapturing) || (open.length > 0 && clock.wallAheadMs < -NOISE_MS)) return
    this.#adoptWallClock()
  }

  /** Adopts the system's time once no recording depends on the old one. */
  afterCommit(): void {
    if (this.#options.facts.recordings.size === 0) this.#adoptWallClock()
  }

  stop(): void {
    this.#stop()
  }

  #adoptWallClock(): void {
    const { clock } = this.#options
    // Record a pending step before adopting the new time.
    clock.check()
    if (Math.abs(clock.wallAheadMs) > NOISE_MS) clock.adoptWallClock()
    void this.#warn(null)
  }

  #onJump(jump: ClockJump): void {
    const { clock, facts } = this.#options
    if (jump.type === 'slept') {
      this.#options.onSlept()
      void this.#write('machine.slept', {
        from: new Date(jump.from).toISOString(),
        to: new Date(jump.to).toISOString(),
      })
      return
    }
    const { byMs } = jump
    this.#untoldMs += byMs
    if (Math.abs(this.#untoldMs) >= WORTH_TELLING_MS) {
      void this.#write('clock.stepped', { byMs: this.#untoldMs })
      this.#untoldMs = 0
    }
    if (facts.recordings.size === 0) clock.adoptWallClock()
    else if (Math.abs(byMs) >= WORTH_WARNING_MS) {
      const seconds = (Math.abs(byMs) / 1_000).toFixed(1)
      const way = byMs < 0 ? 'back' : 'ahead'
      void this.#warn(
        `The system clock was set ${way} by ${seconds} s; the recording keeps its own time.`,
      )
    }
  }

  /**
   * Raises the warning, or with null clears it. A failed append is repeated at the next occasion.
   */
  async #warn(detail: string | null): Promise<void> {
    const warned = detail !== null
    if (warned === this.#warned || this.#isWriting || this.#options.facts.failure) return
    this.#isWriting = true
    const done = warned
      ? await this.#write('warning.raised', { code: 'CLOCK_STEPPED', detail })
      : await this.#write('warning.cleared', { code: 'CLOCK_STEPPED' })
    this.#isWriting = false
    if (done) this.#warned = warned
  }

  /** Appends an event. Resolves with whether it is durable. */
  async #write<T extends TimeFact>(type: T, data: EventData[T]): Promise<boolean> {
    const { facts, system, onFault } = this.#options
    try {
      await facts.append({ by: system, commandId: null }, (batch) => {
        batch.add(null, type, data)
      })
      return true
    } catch (error) {
      onFault('the recorder’s clock', error)
      return false
    }
  }
}
