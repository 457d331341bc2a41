import type { LogEvent } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import type { EventLog, TagHistory } from '../../store/port.ts'

interface ReadHistory {
  id: string
  /** The tags of the view that it was read for. */
  tags: readonly TagEntry[]
  history: Promise<TagHistory>
}

/**
 * The history of the tags of the recording that was read last. Clients read one recording
 * repeatedly: its history is read again only when its tags have changed, and then only what is new.
 */
export class TagHistories {
  readonly #log: Pick<EventLog, 'tagHistory'>
  #last: ReadHistory | undefined

  constructor(log: Pick<EventLog, 'tagHistory'>) {
    this.#log = log
  }

  /** Observes committed events: what is erased is not kept. */
  observe({ type }: LogEvent): void {
    if (type.startsWith('recording.eras')) this.#last = undefined
  }

  /** Returns all values that a recording's tags ever had, oldest first; none without its key. */
  async of({ id, tags, keyMissing }: RecordingView): Promise<TagEntry[]> {
    if (keyMissing) return []
    let read = this.#last
    if (read?.id !== id || read.tags !== tags) {
      read = { id, tags, history: this.#read(id) }
      this.#last = read
    }
    return [...(await read.history).entries]
  }

  async #read(id: string): Promise<TagHistory> {
    const before = this.#last
    const known = before?.id === id ? await before.history.catch(() => undefined) : undefined
    try {
      return await this.#log.tagHistory(id, known)
    } catch (error) {
      if (this.#last?.id === id) this.#last = undefined
      throw error
    }
  }
}
