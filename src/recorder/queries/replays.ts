import type { LogEvent } from '../../contract/events.ts'
import { Replay } from '../../replay/replay.ts'
import type { EventLog } from '../../store/port.ts'

/** A page of events is folded in one turn of the event loop: some 20 ms at most. */
const PAGE = 500
/** The last replay is kept for so long: whoever looks at a moment looks at its neighbours, too. */
const KEPT_MS = 60_000

/** Makes replays of recordings from the log. Keeps the last one, since it can be large. */
export class Replays {
  readonly #log: Pick<EventLog, 'events' | 'position'>
  #kept: { replay: Replay; readTo: number; reading: Promise<unknown> } | undefined
  #expiry: NodeJS.Timeout | undefined

  constructor(log: Pick<EventLog, 'events' | 'position'>) {
    this.#log = log
  }

  /** Returns the replay of a recording with all events that are durable now. */
  async of(recordingId: string): Promise<Replay> {
    if (this.#kept?.replay.recordingId !== recordingId)
      this.#kept = { replay: new Replay(recordingId), readTo: 0, reading: Promise.resolve() }
    const kept = this.#kept
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => {
      this.#kept = undefined
    }, KEPT_MS).unref()
    // One reading after the other: two would both append the same events.
    const reading = kept.reading.then(() => this.#readOn(kept))
    kept.reading = reading.catch(() => {})
    await reading
    return kept.replay
  }

  async #readOn(kept: { replay: Replay; readTo: number }): Promise<void> {
    const { recordingId } = kept.replay
    const end = this.#log.position
    for (;;) {
      const events: LogEvent[] = await this.#log.events({
        ...{ after: kept.readTo, limit: PAGE, recordingId },
      })
      kept.replay.append(events)
      const last = events.at(-1)
      if (last !== undefined) kept.readTo = last.position
      if (events.length < PAGE) break
    }
    kept.readTo = Math.max(kept.readTo, end)
  }
}
