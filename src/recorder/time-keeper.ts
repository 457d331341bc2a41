import type { ClockJump, RecorderClock } from '../actors/types.ts'
import type { EventData } from '../events/events.ts'
import type { By } from '../events/media.ts'
import type { Funnel } from './funnel.ts'
import { isCapturing } from './world.ts'

/** What the time keeper works with. */
export interface TimeKeeperOptions {
  clock: RecorderClock
  funnel: Funnel
  system: By
  onFault(what: string, error: unknown): void
}

type TimeFact = 'machine.slept' | 'clock.stepped' | 'warning.raised' | 'warning.cleared'

/** Less than this is no reason to take another time over. */
const WORTH_FOLLOWING_MS = 500

/** Writes down what the machine's clocks have done, and takes a new time over when no recording can be torn apart by it. */
export class TimeKeeper {
  readonly #options: TimeKeeperOptions
  readonly #stop: () => void
  #warned = false

  constructor(options: TimeKeeperOptions) {
    this.#options = options
    this.#stop = options.clock.onJump((jump) => this.#take(jump))
  }

  /** A new recording is about to begin: it begins at the true time, whatever is still in wrap-up. */
  beforeStart(): void {
    if (![...this.#options.funnel.world.values()].some(isCapturing)) this.#follow()
  }

  /** Facts are on disk; with the last recording closed nothing depends on the old time any more. */
  afterCommit(): void {
    if (this.#options.funnel.world.size === 0) this.#follow()
  }

  stop(): void {
    this.#stop()
  }

  #follow(): void {
    const { clock, funnel } = this.#options
    if (Math.abs(clock.wallAheadMs) > WORTH_FOLLOWING_MS) clock.follow()
    if (!this.#warned || funnel.failure) return
    this.#warned = false
    this.#write('warning.cleared', { code: 'CLOCK_STEPPED' })
  }

  #take(jump: ClockJump): void {
    const { clock, funnel } = this.#options
    if (jump.type === 'slept') {
      this.#write('machine.slept', { from: new Date(jump.from).toISOString(), to: new Date(jump.to).toISOString() })
      return
    }
    const { byMs } = jump
    this.#write('clock.stepped', { byMs })
    if (funnel.world.size === 0) {
      clock.follow()
      return
    }
    if (this.#warned) return
    this.#warned = true
    const seconds = (Math.abs(byMs) / 1_000).toFixed(1)
    const detail = `The system clock was set ${byMs < 0 ? 'back' : 'ahead'} by ${seconds} s; the recording keeps its own time.`
    this.#write('warning.raised', { code: 'CLOCK_STEPPED', detail })
  }

  #write<T extends TimeFact>(type: T, data: EventData[T]): void {
    const { funnel, system, onFault } = this.#options
    funnel
      .transact({ by: system, commandId: null }, (tx) => {
        tx.add(null, type, data)
        return undefined
      })
      .catch((error) => onFault('the recorder’s clock', error))
  }
}
