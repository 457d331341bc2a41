import type { By } from '../contract/by.ts'
import type { WitnessOpinions } from '../contract/outsiders.ts'
import type { EventLog } from '../store/port.ts'
import type { EventBatch } from './facts/event-batch.ts'
import type { FactPipeline } from './facts/fact-pipeline.ts'

/** The parts that contradictions work with. */
export interface ContradictionsOptions {
  facts: Pick<FactPipeline, 'append'>
  log: Pick<EventLog, 'contradiction'>
  system: By & { side: 'system' }
  onFault(what: string, error: unknown): void
}

const code = 'LOG_CONTRADICTED'

/**
 * Keeps what outside witnesses say against the log: that it is not the one which they knew. It is a
 * warning, and so an event and an error of the application while it lasts, also over restarts. Only
 * the same witnesses can take it back, or a person can accept it: whoever changed the log can also
 * take them out of config.json. Recording goes on: what is recorded from now on is evidence, too.
 */
export class Contradictions {
  readonly #options: ContradictionsOptions
  #opinions: WitnessOpinions = { contradicting: [], confirming: [] }
  /** Whether it is an error of the application since this start. */
  #isShown = false
  /** Whether a person has accepted it, and the log does not say so yet. */
  #isAccepted = false
  #writing: Promise<void> = Promise.resolve()

  constructor(options: ContradictionsOptions) {
    this.#options = options
  }

  /** Who contradicts, as a sentence; null while nobody does. */
  get detail(): string | null {
    const { contradicting, confirming } = this.#opinions
    const names = contradicting.map(({ name }) => name)
    if (names.length > 0)
      return `The log is not the one that ${names.join(' and ')} had seen under this name.`
    const { contradiction } = this.#options.log
    if (contradiction === null) return null
    const { since, witnesses } = contradiction
    if (witnesses.length > 0 && witnesses.every((vkey) => confirming.includes(vkey))) return null
    return `An outside witness contradicted the log on ${since}, and has not taken that back.`
  }

  /** Observes what witnesses say now. Raises or clears the warning when that changes. */
  observe(opinions: WitnessOpinions): void {
    this.#opinions = opinions
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Ends it in the name of a person. A witness that contradicts again begins another one. */
  accept(): void {
    // One that begins later is not accepted by that.
    this.#isAccepted = this.#options.log.contradiction !== null
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Writes the change. One that the log cannot take is written after the next attempt. */
  async #write(): Promise<void> {
    const { facts, system, onFault } = this.#options
    const change = this.#change()
    if (change === undefined) return
    try {
      await facts.append({ by: system, commandId: null }, change.add)
      this.#isShown = change.isShown
      this.#isAccepted = false
    } catch (error) {
      onFault('noting that an outsider contradicts', error)
    }
  }

  #change(): { isShown: boolean; add(batch: EventBatch): void } | undefined {
    const { contradiction } = this.#options.log
    if (this.#isAccepted && contradiction !== null)
      return {
        isShown: false,
        add: (batch) => batch.add(null, 'warning.cleared', { code, accepted: true }),
      }
    const { detail } = this
    if (detail === null) {
      // One of before this start must be cleared, too.
      if (contradiction === null) return undefined
      return { isShown: false, add: (batch) => batch.add(null, 'warning.cleared', { code }) }
    }
    const known = contradiction?.witnesses ?? []
    const now = this.#opinions.contradicting.map(({ vkey }) => vkey)
    // One of before this start must be shown again.
    if (this.#isShown && now.every((vkey) => known.includes(vkey))) return undefined
    const witnesses = [...new Set([...known, ...now])].sort()
    return {
      isShown: true,
      add: (batch) => batch.add(null, 'warning.raised', { code, detail, witnesses }),
    }
  }
}
