import type { By } from '../../contract/by.ts'
import type { CommandName } from '../../contract/commands.ts'
import type { Refusals } from './refusals.ts'

/** A command whose client lacks the scope for it. Its body has not been read. */
export interface ScopeRefusal {
  name: CommandName
  /** `current`, a recording's id, or null for `recording.start`. */
  recordingId: string | null
  by: By
  /** Which scope is missing, as a sentence. */
  detail: string
}

/** The parts that scope refusals work with. */
export interface ScopeRefusalsOptions {
  refusals: Pick<Refusals, 'record'>
  /** Events of one client within a window; further refusals are only counted. Default 60. */
  limit?: number
  /** Default: a minute. */
  windowMs?: number
  onFault(what: string, error: unknown): void
}

interface Window {
  recorded: number
  /** Refusals that have no event yet, and the last of them. */
  unrecorded: number
  last: ScopeRefusal
  timer: NodeJS.Timeout
}

/**
 * Records commands that were refused for their scope. A client that sends many fills the log no
 * faster than its limit: one event at the end of the minute stands for the rest.
 */
export class ScopeRefusals {
  readonly #options: Required<ScopeRefusalsOptions>
  readonly #windows = new Map<string, Window>()

  constructor(options: ScopeRefusalsOptions) {
    this.#options = { limit: 60, windowMs: 60_000, ...options }
  }

  /** Resolves when the refusal is in the log, or counted. Rejects when the log has failed. */
  async record(refusal: ScopeRefusal): Promise<void> {
    const client = `${refusal.by.side}/${refusal.by.client}`
    const window = this.#windows.get(client) ?? this.#open(client, refusal)
    if (window.recorded >= this.#options.limit) {
      window.unrecorded++
      window.last = refusal
      return
    }
    window.recorded++
    await this.#append(refusal, 1)
  }

  /** Records what has only been counted so far. */
  async close(): Promise<void> {
    await Promise.all([...this.#windows.keys()].map((client) => this.#close(client)))
  }

  #open(client: string, last: ScopeRefusal): Window {
    const timer = setTimeout(() => void this.#close(client), this.#options.windowMs).unref()
    const window = { recorded: 0, unrecorded: 0, last, timer }
    this.#windows.set(client, window)
    return window
  }

  async #close(client: string): Promise<void> {
    const window = this.#windows.get(client)
    if (!window) return
    this.#windows.delete(client)
    clearTimeout(window.timer)
    if (window.unrecorded === 0) return
    await this.#append(window.last, window.unrecorded).catch((error) =>
      this.#options.onFault('commands refused for their scope', error),
    )
  }

  #append({ name, recordingId, by, detail }: ScopeRefusal, count: number): Promise<void> {
    const refusal = { code: 'FORBIDDEN_SCOPE', detail } as const
    return this.#options.refusals.record({ name, recordingId, by }, refusal, count)
  }
}
