import type { EventOf, LogEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'

/** One segment of one track. */
export interface SegmentRef {
  medium: Medium
  segment: number
}

/** Why a recording is closed that nobody closes by command. */
export type SelfCloseReason = Exclude<EventOf<'recording.closed'>['data']['reason'], 'command'>

interface Book {
  /** Each segment that was begun: whether the log knows its file, and whether it is finished. */
  segments: Map<string, { ref: SegmentRef; opened: boolean; finished: boolean }>
  /** Close it as soon as its files are finished. */
  closeLater: SelfCloseReason | undefined
}

/** What the facts keeps of recordings beside their folds, until it is of no more use. */
export class SegmentLedger {
  readonly #ledger = new Map<string, Book>()
  /** Versions of closed recordings, while their closing is not on disk yet. */
  readonly #closing = new Map<string, number>()

  clear(): void {
    this.#ledger.clear()
    this.#closing.clear()
  }

  /** Takes note of an event on its way to the disk. */
  take(event: LogEvent): void {
    const id = event.recordingId
    if (id === null) return
    switch (event.type) {
      case 'track.starting':
      case 'track.resuming':
      case 'track.recovering': {
        const ref = { medium: event.data.medium, segment: event.data.segment }
        this.#book(id).segments.set(keyOf(ref), { ref, opened: false, finished: false })
        break
      }
      case 'segment.opened': {
        const segment = this.#ledger
          .get(id)
          ?.segments.get(`${event.data.medium}/${event.data.number}`)
        if (segment) segment.opened = true
        break
      }
      case 'recording.closed':
      case 'recording.startFailed':
        this.#ledger.delete(id)
        this.#closing.set(id, event.version ?? 0)
        break
      default:
        // Facts of commands that the closing completes may follow it.
        if (this.#closing.has(id) && event.version !== null) this.#closing.set(id, event.version)
    }
  }

  /** Nothing is on its way to the disk any more: what was closing is closed for every reader. */
  settled(): void {
    this.#closing.clear()
  }

  /** The version of a recording whose closing is still on its way to the disk. */
  closingVersion(id: string): number | undefined {
    return this.#closing.get(id)
  }

  isOpened(id: string, ref: SegmentRef): boolean {
    return this.#ledger.get(id)?.segments.get(keyOf(ref))?.opened ?? false
  }

  finish(id: string, ref: SegmentRef): void {
    const segment = this.#ledger.get(id)?.segments.get(keyOf(ref))
    if (segment) segment.finished = true
  }

  /** Whether all files of a recording are finished. */
  finished(id: string): boolean {
    return this.unfinished(id).length === 0
  }

  /** The segments of a recording that are not finished. */
  unfinished(id: string): SegmentRef[] {
    const segments = [...(this.#ledger.get(id)?.segments.values() ?? [])]
    return segments.filter(({ finished }) => !finished).map(({ ref }) => ref)
  }

  closeLater(id: string, reason: SelfCloseReason): void {
    this.#book(id).closeLater ??= reason
  }

  /** Why a recording is to be closed now that its files are finished. */
  dueClose(id: string): SelfCloseReason | undefined {
    return this.finished(id) ? this.#ledger.get(id)?.closeLater : undefined
  }

  #book(id: string): Book {
    const book = this.#ledger.get(id) ?? { segments: new Map(), closeLater: undefined }
    this.#ledger.set(id, book)
    return book
  }
}

function keyOf({ medium, segment }: SegmentRef): string {
  return `${medium}/${segment}`
}
