import type { EventData } from '../../contract/events.ts'

/** The parts that the count of wrong credentials works with. */
export interface CredentialRefusalsOptions {
  now(): number
  append(data: EventData['credentials.refused']): Promise<void>
  onFault(what: string, error: unknown): void
  /** Default: a minute. */
  windowMs?: number
}

/** Counts wrong credentials, and records those of a minute as one event. */
export class CredentialRefusals {
  readonly #options: CredentialRefusalsOptions
  #count = 0
  #from = ''
  #to = ''
  #timer: NodeJS.Timeout | undefined

  constructor(options: CredentialRefusalsOptions) {
    this.#options = options
  }

  /** Counts one. */
  add(): void {
    this.#to = new Date(this.#options.now()).toISOString()
    if (this.#count === 0) this.#from = this.#to
    this.#count++
    this.#timer ??= setTimeout(() => void this.#flush(), this.#options.windowMs ?? 60_000).unref()
  }

  /** Records what has only been counted so far. */
  async close(): Promise<void> {
    await this.#flush()
    clearTimeout(this.#timer)
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count === 0) return
    const data = { count: this.#count, from: this.#from, to: this.#to }
    this.#count = 0
    try {
      await this.#options.append(data)
    } catch (error) {
      // They are part of the next event.
      if (this.#count === 0) this.#to = data.to
      this.#count += data.count
      this.#from = data.from
      this.#options.onFault('recording wrong credentials', error)
    }
  }
}
