import type { EventOf, LogEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { ApplicationError } from '../../contract/views.ts'

/** One segment of one track. */
export interface SegmentRef {
  medium: Medium
  segment: number
}

/** Why the recorder closes a recording by itself. */
export type SelfCloseReason = Exclude<EventOf<'recording.closed'>['data']['reason'], 'command'>

/** A segment that has begun. */
interface SegmentState {
  ref: SegmentRef
  /** Whether the log knows its file. */
  opened: boolean
  /** Whether the file is finished. */
  finished: boolean
  /** Since when this recorder cannot finish the file of a former one (RFC 3339). */
  leftSince?: string
}

interface RecordingSegments {
  segments: Map<string, SegmentState>
  /** Why to close it once its files are finished. */
  closeLater: SelfCloseReason | undefined
}

/** Knows which segments of open recordings have begun, have a file, and are finished. */
export class SegmentLedger {
  readonly #ledger = new Map<string, RecordingSegments>()
  /** Versions of closed recordings to which facts may still be added. */
  readonly #closing = new Map<string, number>()
  #epoch = Symbol('epoch')

  /** Another one after each {@link clear}: work on the files from before it is over. */
  get epoch(): symbol {
    return this.#epoch
  }

  clear(): void {
    this.#ledger.clear()
    this.#closing.clear()
    this.#epoch = Symbol('epoch')
  }

  /** Adds a segment whose file a former recorder has opened, and nobody has finished. */
  leaveUnfinished(id: string, ref: SegmentRef, leftSince: string): void {
    const segment = { ref, opened: true, finished: false, leftSince }
    this.#segmentsOf(id).segments.set(segmentKey(ref.medium, ref.segment), segment)
  }

  /** Observes an event that is being appended. */
  observe(event: LogEvent): void {
    const id = event.recordingId
    if (id === null) return
    switch (event.type) {
      case 'track.starting':
      case 'track.resuming':
      case 'track.recovering': {
        const ref = { medium: event.data.medium, segment: event.data.segment }
        this.#segmentsOf(id).segments.set(segmentKey(ref.medium, ref.segment), {
          ref,
          opened: false,
          finished: false,
        })
        break
      }
      case 'segment.opened': {
        const segment = this.#ledger
          .get(id)
          ?.segments.get(segmentKey(event.data.medium, event.data.number))
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

  /** Forgets closed recordings but those that are needed. Call it when all batches are durable. */
  forgetClosing(isNeeded: (id: string) => boolean): void {
    for (const id of this.#closing.keys()) if (!isNeeded(id)) this.#closing.delete(id)
  }

  /** The version of a closed recording to which facts may still be added. */
  closingVersion(id: string): number | undefined {
    return this.#closing.get(id)
  }

  isOpened(id: string, ref: SegmentRef): boolean {
    return this.#ledger.get(id)?.segments.get(segmentKey(ref.medium, ref.segment))?.opened ?? false
  }

  finish(id: string, ref: SegmentRef): void {
    const segment = this.#ledger.get(id)?.segments.get(segmentKey(ref.medium, ref.segment))
    if (segment) segment.finished = true
  }

  /** Whether all files of a recording are finished. */
  isFinished(id: string): boolean {
    return this.unfinished(id).length === 0
  }

  /** The segments of a recording that are not finished. */
  unfinished(id: string): SegmentRef[] {
    const segments = [...(this.#ledger.get(id)?.segments.values() ?? [])]
    return segments.filter(({ finished }) => !finished).map(({ ref }) => ref)
  }

  /** The files of former recorders that cannot be finished yet. */
  get problems(): ApplicationError[] {
    return [...this.#ledger].flatMap(([id, { segments }]) =>
      [...segments.values()].flatMap(({ ref: { medium, segment }, finished, leftSince: since }) => {
        if (finished || since === undefined) return []
        const message = `The file of the ${medium} (segment ${segment}) of the recording ${id}, which was interrupted, cannot be finished yet.`
        return [{ code: 'STORAGE_UNAVAILABLE' as const, message, since }]
      }),
    )
  }

  closeLater(id: string, reason: SelfCloseReason): void {
    const segments = this.#segmentsOf(id)
    // A recording without consent is also erased, whatever else would close it.
    segments.closeLater = reason === 'noConsent' ? reason : (segments.closeLater ?? reason)
  }

  /** Why a recording is due to be closed; undefined while it is not. */
  dueClose(id: string): SelfCloseReason | undefined {
    return this.isFinished(id) ? this.#ledger.get(id)?.closeLater : undefined
  }

  #segmentsOf(id: string): RecordingSegments {
    const own = this.#ledger.get(id) ?? { segments: new Map(), closeLater: undefined }
    this.#ledger.set(id, own)
    return own
  }
}
