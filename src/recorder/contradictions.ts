import type { By } from '../contract/by.ts'
import type { FactPipeline } from './facts/fact-pipeline.ts'

/** The parts that contradictions work with. */
export interface ContradictionsOptions {
  facts: Pick<FactPipeline, 'append'>
  system: By & { side: 'system' }
  onFault(what: string, error: unknown): void
}

/**
 * Keeps what outsiders say against the log: that it is not the one which they knew. It is a
 * warning, and so an event and an error of the application while it lasts. Recording goes on: what
 * is recorded from now on is evidence, too.
 */
export class Contradictions {
  readonly #options: ContradictionsOptions
  #detail: string | null = null
  #isRaised = false
  #writing: Promise<void> = Promise.resolve()

  constructor(options: ContradictionsOptions) {
    this.#options = options
  }

  /** Who contradicts, as a sentence; null while nobody does. */
  get detail(): string | null {
    return this.#detail
  }

  /** Observes who contradicts now. Raises or clears the warning when that changes. */
  observe(names: readonly string[]): void {
    this.#detail =
      names.length === 0
        ? null
        : `The log is not the one that ${names.join(' and ')} had seen under this name.`
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Writes the change. One that the log cannot take is written after the next attempt. */
  async #write(): Promise<void> {
    const detail = this.#detail
    if (this.#isRaised === (detail !== null)) return
    const { facts, system, onFault } = this.#options
    try {
      await facts.append({ by: system, commandId: null }, (batch) => {
        if (detail === null) batch.add(null, 'warning.cleared', { code: 'LOG_CONTRADICTED' })
        else batch.add(null, 'warning.raised', { code: 'LOG_CONTRADICTED', detail })
      })
      this.#isRaised = detail !== null
    } catch (error) {
      onFault('noting that an outsider contradicts', error)
    }
  }
}
