import type { EventType, LogEvent } from '../../contract/events.ts'
import type { EventLog } from '../../store/port.ts'

/** The events behind which a recording may have to be erased for want of consent. */
export const ERASING = [
  'recording.consentRecorded',
  'recording.holdReleased',
  'recording.closed',
] as const satisfies readonly EventType[]

const TYPES: ReadonlySet<EventType> = new Set(ERASING)

/**
 * Knows whether the log may have lost holds, after everything that was appended, durable or not. So
 * no withdrawn consent falls between the batch that confirms the holds and the moment in which it
 * is durable.
 */
export class LostHolds {
  readonly #log: Pick<EventLog, 'trustedTime'>
  readonly #waiting = new Set<string>()
  #areLikely: boolean | undefined

  constructor(log: Pick<EventLog, 'trustedTime'>) {
    this.#log = log
  }

  /** Whether holds may be missing, and nobody has confirmed yet that all stand again. */
  get areLikely(): boolean {
    return this.#areLikely ?? this.#log.trustedTime.lostFrom !== null
  }

  /** The recordings with an event of `ERASING` that this process has appended meanwhile. */
  get waiting(): ReadonlySet<string> {
    return this.#waiting
  }

  /** Observes an event that was appended. */
  observe({ type, recordingId }: LogEvent): void {
    if (type === 'log.witnessLost') this.#areLikely = true
    if (type === 'retention.confirmed') {
      this.#areLikely = false
      this.#waiting.clear()
    }
    if (recordingId !== null && TYPES.has(type) && this.areLikely) this.#waiting.add(recordingId)
  }

  /** Starts from the durable events of a log that was reopened: others were never written. */
  reset(): void {
    this.#areLikely = undefined
  }
}
