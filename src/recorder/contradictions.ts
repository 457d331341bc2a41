import type { By } from '../contract/by.ts'
import type { EventLog } from '../store/port.ts'
import type { FactPipeline } from './facts/fact-pipeline.ts'

/** The parts that contradictions work with. */
export interface ContradictionsOptions {
  facts: Pick<FactPipeline, 'append'>
  log: Pick<EventLog, 'contradictedSince'>
  system: By & { side: 'system' }
  onFault(what: string, error: unknown): void
}

/**
 * Keeps what outsiders say against the log: that it is not the one which they knew. It is a
 * warning, and so an event and an error of the application while it lasts, also over restarts: only
 * they can take it back. Recording goes on: what is recorded from now on is evidence, too.
 */
export class Contradictions {
  readonly #options: ContradictionsOptions
  #detail: string | null = null
  /** Whether it is an error of the application since this start. */
  #isShown = false
  #writing: Promise<void> = Promise.resolve()

  constructor(options: ContradictionsOptions) {
    this.#options = options
  }

  /** Who contradicts, as a sentence; null while nobody does. */
  get detail(): string | null {
    return this.#detail
  }

  /**
   * Observes who contradicts now. Raises or clears the warning when that changes. `areAllAsked` is
   * false while a witness has not answered yet: a contradiction of before then stands.
   */
  observe(names: readonly string[], areAllAsked: boolean): void {
    this.#detail = this.#sentence(names, areAllAsked)
    this.#writing = this.#writing.then(() => this.#write())
  }

  #sentence(names: readonly string[], areAllAsked: boolean): string | null {
    if (names.length > 0)
      return `The log is not the one that ${names.join(' and ')} had seen under this name.`
    const since = this.#options.log.contradictedSince
    if (areAllAsked || since === null) return null
    return `An outside witness contradicted the log on ${since}, and nobody has taken that back.`
  }

  /** Writes the change. One that the log cannot take is written after the next attempt. */
  async #write(): Promise<void> {
    const detail = this.#detail
    const { facts, log, system, onFault } = this.#options
    // One of before this start must be shown again, or cleared.
    const isNoted = this.#isShown || (detail === null && log.contradictedSince !== null)
    if (isNoted === (detail !== null)) return
    try {
      await facts.append({ by: system, commandId: null }, (batch) => {
        if (detail === null) batch.add(null, 'warning.cleared', { code: 'LOG_CONTRADICTED' })
        else batch.add(null, 'warning.raised', { code: 'LOG_CONTRADICTED', detail })
      })
      this.#isShown = detail !== null
    } catch (error) {
      onFault('noting that an outsider contradicts', error)
    }
  }
}
