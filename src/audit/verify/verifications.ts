import { randomUUID } from 'node:crypto'
import { BoundedMap } from '../../collections/bounded-map.ts'
import type { Verdict, VerificationView } from '../../contract/verification.ts'
import type { Database } from '../../store/database.ts'
import type { VerificationRequest, VerificationsPort } from './port.ts'
import { verifyLog } from './verify-log.ts'

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

/** The verifications of a running recorder, one after the other. */
export class Verifications implements VerificationsPort {
  readonly #log: LiveLog
  readonly #recordingsFolder: string
  readonly #onFault: (error: unknown) => void
  readonly #views = new BoundedMap<string, VerificationView>(MOST_KEPT)
  readonly #aborter = new AbortController()
  #last: Promise<void> = Promise.resolve()

  constructor(log: LiveLog, recordingsFolder: string, onFault: (error: unknown) => void) {
    this.#log = log
    this.#recordingsFolder = recordingsFolder
    this.#onFault = onFault
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
      if (!this.#aborter.signal.aborted) this.#onFault(error)
    } finally {
      view.progress = null
      view.endedAt = new Date().toISOString()
    }
  }

  #verify(view: VerificationView, { recordingId, key, receipts }: VerificationRequest) {
    const { db } = this.#log.readable
    return verifyLog({
      ...{ db, recordingId, trustedKey: key },
      position: () => this.#log.readable.head.position,
      isErased: (id) => this.#log.readable.erased.has(id),
      recordingsFolder: this.#recordingsFolder,
      receipts: receipts?.map((text, i) => ({ name: String(i + 1), text })) ?? [],
      onProgress: (progress) => {
        view.progress = progress
      },
      giveWay: () => new Promise(setImmediate),
      signal: this.#aborter.signal,
    }) satisfies Promise<Verdict>
  }
}
