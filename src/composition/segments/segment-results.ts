import type { StoredMedia } from '../../age/stored-media.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import { toExportError } from '../export-error.ts'
import type { Semaphore } from '../semaphore.ts'

/** Opens the media of a segment. */
export type OpenSegment = (segment: SegmentDescription) => Promise<StoredMedia>

/** How results are made of segments, and how many are kept. */
export interface SegmentResultsOptions<Result> {
  /** Makes the result of a segment. */
  make(segment: SegmentDescription, open: OpenSegment): Promise<Result>
  /** The size of a result, in the unit of `mostCached`. */
  sizeOf(result: Result): number
  /** The size of all results that are kept in memory. */
  mostCached: number
  /** Limits how many are made at a time. */
  slots: Semaphore
  /** Ends everything with its reason. */
  signal: AbortSignal
}

/** Results made of segments, once for all who ask at the same time. Memory keeps the newest. */
export class SegmentResults<Result> {
  readonly #options: SegmentResultsOptions<Result>
  /** By recording and hash of the segment, the least recently used first. */
  readonly #cached = new Map<string, Result>()
  readonly #running = new Map<string, Promise<Result>>()
  #cachedSize = 0

  constructor(options: SegmentResultsOptions<Result>) {
    this.#options = options
  }

  /** Returns the result of a segment. Rejects with EXPORT_FAILED, NOT_READY or errors of `open`. */
  async of(recordingId: string, segment: SegmentDescription, open: OpenSegment): Promise<Result> {
    const key = `${recordingId}/${segment.sha256}`
    const cached = this.#cached.get(key)
    if (cached === undefined) return this.#running.get(key) ?? this.#start(key, segment, open)
    this.#cached.delete(key)
    this.#cached.set(key, cached)
    return cached
  }

  /** Resolves when nothing is being made, after the signal has been aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  /** Forgets the results of a recording. What is being made of it is not kept. */
  forget(recordingId: string): void {
    for (const key of [...this.#cached.keys()].filter((one) => one.startsWith(`${recordingId}/`)))
      this.#remove(key)
    for (const key of [...this.#running.keys()].filter((one) => one.startsWith(`${recordingId}/`)))
      this.#running.delete(key)
  }

  #start(key: string, segment: SegmentDescription, open: OpenSegment): Promise<Result> {
    const result: Promise<Result> = this.#make(segment, open)
      .then((made) => {
        if (this.#running.get(key) === result) this.#keep(key, made)
        return made
      })
      .catch((error) => {
        this.#options.signal.throwIfAborted()
        throw toExportError(error)
      })
      .finally(() => {
        if (this.#running.get(key) === result) this.#running.delete(key)
      })
    this.#running.set(key, result)
    return result
  }

  async #make(segment: SegmentDescription, open: OpenSegment): Promise<Result> {
    const { make, slots, signal } = this.#options
    const release = await slots.acquire(signal)
    try {
      return await make(segment, open)
    } finally {
      release()
    }
  }

  #keep(key: string, result: Result): void {
    const { sizeOf, mostCached } = this.#options
    this.#cached.set(key, result)
    this.#cachedSize += sizeOf(result)
    for (const oldest of this.#cached.keys()) {
      if (this.#cachedSize <= mostCached) return
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    const result = this.#cached.get(key)
    if (result !== undefined) this.#cachedSize -= this.#options.sizeOf(result)
    this.#cached.delete(key)
  }
}
