import { type FileHandle, open } from 'node:fs/promises'
import type { SegmentDescription } from '../contract/events.ts'
import { exportError, toExportError } from './export-error.ts'
import type { SegmentIndex } from './port.ts'
import { readSegmentIndex } from './read-segment-index.ts'
import { Semaphore } from './semaphore.ts'

/** An hour of screen has 360 key frames. */
const MOST_CACHED_KEY_FRAMES = 200_000
/** Reading heads is light, but a slow disk must not hold every thread that reads files. */
const SIMULTANEOUS = 2

/**
 * Reads the indexes of screen segments, once for all who ask at the same time. The newest are kept
 * in memory.
 */
export class SegmentIndexes {
  readonly #signal: AbortSignal
  readonly #slots = new Semaphore(SIMULTANEOUS)
  /** By the hash of the segment, the least recently used first. */
  readonly #cached = new Map<string, SegmentIndex>()
  readonly #running = new Map<string, Promise<SegmentIndex>>()
  #cachedKeyFrames = 0

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Returns the index of a segment. Rejects with EXPORT_FAILED or NOT_READY. */
  async of(segment: SegmentDescription, path: string): Promise<SegmentIndex> {
    const key = segment.sha256
    const cached = this.#cached.get(key)
    if (cached) {
      this.#cached.delete(key)
      this.#cached.set(key, cached)
      return cached
    }
    return this.#running.get(key) ?? this.#start(segment, path)
  }

  /** Resolves when no file is open, after the signal has been aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  #start(segment: SegmentDescription, path: string): Promise<SegmentIndex> {
    const index = this.#read(segment, path)
      .catch((error) => {
        this.#signal.throwIfAborted()
        throw toExportError(error)
      })
      .finally(() => this.#running.delete(segment.sha256))
    this.#running.set(segment.sha256, index)
    return index
  }

  async #read(segment: SegmentDescription, path: string): Promise<SegmentIndex> {
    const release = await this.#slots.acquire(this.#signal)
    try {
      const file = await openSegment(segment, path)
      try {
        const { size } = await file.stat()
        if (size !== segment.bytes)
          throw exportError(`${nameOf(segment)} is not what was recorded: its file has changed.`)
        const index = await readSegmentIndex(file, size, this.#signal)
        this.#keep(segment.sha256, index)
        return index
      } finally {
        await file.close()
      }
    } finally {
      release()
    }
  }

  #keep(key: string, index: SegmentIndex): void {
    this.#cached.set(key, index)
    this.#cachedKeyFrames += index.keyFrames.length
    for (const [oldest, { keyFrames }] of this.#cached) {
      if (this.#cachedKeyFrames <= MOST_CACHED_KEY_FRAMES) return
      this.#cached.delete(oldest)
      this.#cachedKeyFrames -= keyFrames.length
    }
  }
}

async function openSegment(segment: SegmentDescription, path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fault = code === 'ENOENT' ? 'is missing from the disk' : `cannot be read (${code})`
    throw exportError(`${nameOf(segment)} ${fault}.`, error)
  }
}

const nameOf = ({ number, medium }: SegmentDescription): string => `Segment ${number} of ${medium}`
