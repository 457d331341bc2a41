import type { SegmentDescription } from '../contract/events.ts'
import { toExportError } from './export-error.ts'
import type { Semaphore } from './semaphore.ts'

/** How results are made of segments, and how many are kept. */
export interface SegmentResultsOptions<Result> {
  /** Makes the result of the segment whose file has this path. */
  make(segment: SegmentDescription, path: string): Promise<Result>
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
  /** By the hash of the segment, the least recently used first. */
  readonly #cached = new Map<string, Result>()
  readonly #running = new Map<string, Promise<Result>>()
  #cachedSize = 0

  constructor(options: SegmentResultsOptions<Result>) {
    this.#options = options
  }

  /** Returns the result of a segment. Rejects with EXPORT_FAILED or NOT_READY. */
  async of(segment: SegmentDescription, path: string): Promise<Result> {
    const key = segment.sha256
    const cached = this.#cached.get(key)
    if (cached === undefined) return this.#running.get(key) ?? this.#start(segment, path)
    this.#cached.delete(key)
    this.#cached.set(key, cached)
    return cached
  }

  /** Resolves when nothing is being made, after the signal has been aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  #start(segment: SegmentDescription, path: string): Promise<Result> {
    const result = this.#make(segment, path)
      .catch((error) => {
        this.#options.signal.throwIfAborted()
        throw toExportError(error)
      })
      .finally(() => this.#running.delete(segment.sha256))
    this.#running.set(segment.sha256, result)
    return result
  }

  async #make(segment: SegmentDescription, path: string): Promise<Result> {
    const { make, slots, signal } = this.#options
    const release = await slots.acquire(signal)
    try {
      const result = await make(segment, path)
      this.#keep(segment.sha256, result)
      return result
    } finally {
      release()
    }
  }

  #keep(key: string, result: Result): void {
    const { sizeOf, mostCached } = this.#options
    this.#cached.set(key, result)
    this.#cachedSize += sizeOf(result)
    for (const [oldest, one] of this.#cached) {
      if (this.#cachedSize <= mostCached) return
      this.#cached.delete(oldest)
      this.#cachedSize -= sizeOf(one)
    }
  }
}
