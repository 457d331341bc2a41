import type { LogEvent } from '../../contract/events.ts'
import { Replay } from '../../replay/replay.ts'
import type { EventLog } from '../../store/port.ts'

/** Events that are read at once. Decoding them takes one turn of the event loop. */
const PAGE = 500
/**
 * Events that are folded in one turn of the event loop, about a millisecond. A command needs many
 * turns until it is answered, and each may wait for such a slice.
 */
const SLICE = 50
/** The last replay is kept for so long: whoever looks at a moment looks at its neighbours, too. */
const KEPT_MS = 60_000

/** A replay that can be continued. */
interface KeptReplay {
  replay: Replay
  /** The position up to which its events have been read. */
  readTo: number
  reading: Promise<unknown>
  /** The number of callers that wait for it. */
  waiting: number
}

/** Makes replays of recordings from the log. Keeps the last one, since it can be large. */
export class Replays {
  readonly #log: Pick<EventLog, 'events' | 'position'>
  #kept: KeptReplay | undefined
  /** The replays that somebody waits for. All who ask for one share it. */
  readonly #awaited = new Map<string, KeptReplay>()
  #expiry: NodeJS.Timeout | undefined

  constructor(log: Pick<EventLog, 'events' | 'position'>) {
    this.#log = log
  }

  /** Returns the replay of a recording with all events that are durable now. */
  async of(recordingId: string): Promise<Replay> {
    const kept = this.#find(recordingId)
    this.#keep(kept)
    kept.waiting++
    this.#awaited.set(recordingId, kept)
    // One reading after the other: two would both append the same events.
    const reading = kept.reading.then(() => this.#readOn(kept))
    kept.reading = reading.catch(() => {})
    try {
      await reading
    } finally {
      if (--kept.waiting === 0) this.#awaited.delete(recordingId)
    }
    return kept.replay
  }

  /** Forgets the replay of a recording, since what it shows is erased. */
  forget(recordingId: string): void {
    if (this.#kept?.replay.recordingId === recordingId) this.#kept = undefined
    this.#awaited.delete(recordingId)
  }

  #find(recordingId: string): KeptReplay {
    const awaited = this.#awaited.get(recordingId)
    if (awaited !== undefined) return awaited
    if (this.#kept?.replay.recordingId === recordingId) return this.#kept
    const replay = new Replay(recordingId)
    return { replay, readTo: 0, reading: Promise.resolve(), waiting: 0 }
  }

  #keep(kept: KeptReplay): void {
    this.#kept = kept
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => {
      this.#kept = undefined
    }, KEPT_MS).unref()
  }

  async #readOn(kept: KeptReplay): Promise<void> {
    const { recordingId } = kept.replay
    const end = this.#log.position
    for (;;) {
      const events: LogEvent[] = await this.#log.events({
        ...{ after: kept.readTo, limit: PAGE, recordingId },
      })
      await foldInSlices(kept.replay, events)
      const last = events.at(-1)
      if (last !== undefined) kept.readTo = last.position
      if (events.length < PAGE) break
    }
    kept.readTo = Math.max(kept.readTo, end)
  }
}

async function foldInSlices(replay: Replay, events: readonly LogEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += SLICE) {
    replay.append(events.slice(from, from + SLICE))
    await new Promise(setImmediate)
  }
}
