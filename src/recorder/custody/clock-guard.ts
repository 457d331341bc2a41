import type { By } from '../../contract/by.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { EventLog } from '../../store/port.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'

/** The parts that a clock guard works with. */
export interface ClockGuardOptions {
  facts: Pick<FactPipeline, 'append'>
  log: Pick<EventLog, 'trustedTime'>
  system: By
  now(): number
  /** Milliseconds that never jump; default: those of the process. */
  monotonic?: (() => number) | undefined
}

/** The times between which a clock has jumped, RFC 3339. */
export interface Jump {
  from: string
  to: string
}

const HOUR_MS = 60 * 60 * 1_000
const DAY_MS = 24 * HOUR_MS
/** After a longer absence only a person can confirm the clock. */
const SHORT_ABSENCE_MS = 7 * DAY_MS
/** Time servers correct a clock within minutes of the network being there. */
const PROOF_MS = 4 * HOUR_MS
/** A smaller step corrects a clock, and does not set it. */
const STEP_MS = 60_000

/**
 * Decides whether retention may believe the clock. A clock that is more than a day ahead of the
 * newest time in the log may be wrong: nothing is erased until a person confirms it, or, after an
 * absence of at most a week, until it has run for some hours without being set.
 */
export class ClockGuard {
  readonly #options: ClockGuardOptions
  #unsetSince: number

  constructor(options: ClockGuardOptions) {
    this.#options = options
    this.#unsetSince = this.#monotonic()
  }

  /** The times between which the clock has jumped; null while it can be believed. */
  get doubt(): Jump | null {
    const { log, now } = this.#options
    const { newest, doubtedAt } = log.trustedTime
    const time = now()
    if (newest === null || (doubtedAt === null && time - newest <= DAY_MS)) return null
    return { from: isoOf(newest), to: isoOf(time) }
  }

  /** Observes committed events. */
  observe(events: readonly LogEvent[]): void {
    for (const event of events)
      if (event.type === 'clock.stepped' && Math.abs(event.data.byMs) >= STEP_MS)
        this.#unsetSince = this.#monotonic()
  }

  /** Confirms the clock in the name of a person. Resolves when that is durable. */
  async confirm(by: By): Promise<void> {
    const { doubt } = this
    if (doubt === null) return
    await this.#options.facts.append({ by, commandId: null }, (batch) =>
      batch.add(null, 'clock.confirmed', doubt),
    )
  }

  /** Confirms the clock after a short absence, once it has run for long enough. */
  async confirmIfProven(): Promise<void> {
    const { doubt } = this
    if (doubt === null) return
    const absenceMs = Date.parse(doubt.to) - Date.parse(doubt.from)
    const isProven = this.#monotonic() - this.#unsetSince >= PROOF_MS
    if (isProven && absenceMs <= SHORT_ABSENCE_MS) await this.confirm(this.#options.system)
  }

  #monotonic(): number {
    return this.#options.monotonic?.() ?? performance.now()
  }
}

const isoOf = (epochMs: number): string => new Date(epochMs).toISOString()
