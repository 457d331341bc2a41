import { randomUUID } from 'node:crypto'
import { BoundedMap } from '../../collections/bounded-map.ts'
import type { Verdict, VerificationView } from '../../contract/verification.ts'
import type { Database } from '../../store/database/database.ts'
import type { StoredAnswers, VerificationRequest, VerificationsPort } from './port.ts'
import { verifyLog } from './verify-log.ts'
import { witnessKeys } from './witness-keys.ts'

/** Verifications whose results are remembered. */
const MOST_KEPT = 50

/** A log that is verified while it is in use. */
export interface LiveLog {
  /** The database now, the last event that is durable in it, and the erased recordings. */
  readonly readable: {
    db: Database
    head: { position: number }
    erased: ReadonlySet<string>
  }
}

/** The parts that verifications work with. */
export interface VerificationsOptions {
  log: LiveLog
  recordingsFolder: string
  /** The stored answers of outsiders. */
  answers: StoredAnswers
  /** Returns the keys of the witnesses that are configured now (C2SP vkeys). */
  knownWitnesses(): readonly string[]
  onFault(error: unknown): void
}

/** The verifications of a running recorder, one after the other. */
export class Verifications implements VerificationsPort {
  readonly #options: VerificationsOptions
  readonly #views = new BoundedMap<string, VerificationView>(MOST_KEPT)
  readonly #aborter = new AbortController()
  #last: Promise<void> = Promise.resolve()

  constructor(options: VerificationsOptions) {
    this.#options = options
  }

  begin(request: VerificationRequest): VerificationView {
    const view: VerificationView = {
      id: randomUUID(),
      state: 'waiting',
      recordingId: request.recordingId ?? null,
      startedAt: new Date().toISOString(),
      endedAt: null,
      progress: null,
      verdict: null,
    }
    this.#views.set(view.id, view)
    this.#last = this.#last.then(() => this.#run(view, request))
    return view
  }

  find(id: string): VerificationView | undefined {
    return this.#views.get(id)
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#aborter.abort()
    await this.#last
  }

  async #run(view: VerificationView, request: VerificationRequest): Promise<void> {
    try {
      view.state = 'running'
      view.verdict = await this.#verify(view, request)
      view.state = 'done'
    } catch (error) {
      view.state = 'failed'
      if (!this.#aborter.signal.aborted) this.#options.onFault(error)
    } finally {
      view.progress = null
      view.endedAt = new Date().toISOString()
    }
  }

  #verify(view: VerificationView, request: VerificationRequest) {
    const { recordingId, key, receipts, witnesses } = request
    const { log, recordingsFolder, answers, knownWitnesses } = this.#options
    return verifyLog({
      ...{ db: log.readable.db, recordingId, trustedKey: key, recordingsFolder, answers },
      witnesses: witnessKeys(knownWitnesses(), witnesses),
      position: () => log.readable.head.position,
      isErased: (id) => log.readable.erased.has(id),
      receipts: receipts?.map((text, i) => ({ name: String(i + 1), text })) ?? [],
      onProgress: (progress) => {
        view.progress = progress
      },
      giveWay: () => new Promise(setImmediate),
      signal: this.#aborter.signal,
    }) satisfies Promise<Verdict>
  }
}
