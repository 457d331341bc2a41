import type { SegmentDescription } from '../contract/events.ts'
import type { BuildContext } from './build-context.ts'
import { checkSegments } from './check-segments.ts'
import { toExportError } from './export-error.ts'
import { PEAK_SAMPLE_RATE, PeakMeter } from './peak-meter.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import type { Semaphore } from './semaphore.ts'
import type { Tools } from './tools.ts'

/** An hour of sound has 180 kB of peaks. */
const MOST_CACHED_BYTES = 16_000_000

/**
 * Computes the peaks of sound segments, once for all who ask at the same time. The newest are kept
 * in memory. They are made from a file whose hash is that of the log, or not at all.
 */
export class SegmentPeaks {
  readonly #tools: Tools
  readonly #slots: Semaphore
  readonly #signal: AbortSignal
  /** By the hash of the segment, the least recently used first. */
  readonly #cached = new Map<string, Buffer>()
  readonly #running = new Map<string, Promise<Buffer>>()
  #cachedBytes = 0

  constructor(options: { tools: Tools; slots: Semaphore; signal: AbortSignal }) {
    this.#tools = options.tools
    this.#slots = options.slots
    this.#signal = options.signal
  }

  /** Returns the peaks of a segment. Rejects with EXPORT_FAILED or NOT_READY. */
  async of(segment: SegmentDescription, path: string): Promise<Buffer> {
    const key = segment.sha256
    const cached = this.#cached.get(key)
    if (cached) {
      this.#cached.delete(key)
      this.#cached.set(key, cached)
      return cached
    }
    const running = this.#running.get(key) ?? this.#start(segment, path)
    return running
  }

  /** Resolves when no process is left, after the signal has been aborted. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values())
  }

  #start(segment: SegmentDescription, path: string): Promise<Buffer> {
    const peaks = this.#measure(segment, path)
      .catch((error) => {
        this.#signal.throwIfAborted()
        throw toExportError(error)
      })
      .finally(() => this.#running.delete(segment.sha256))
    this.#running.set(segment.sha256, peaks)
    return peaks
  }

  async #measure(segment: SegmentDescription, path: string): Promise<Buffer> {
    const release = await this.#slots.acquire(this.#signal)
    const context: BuildContext = {
      tools: this.#tools,
      signal: this.#signal,
      folder: '',
      path: () => path,
      progress: () => {},
    }
    try {
      await checkSegments([segment], context)
      const meter = new PeakMeter()
      const pcm = ['-ac', '1', '-ar', String(PEAK_SAMPLE_RATE), '-f', 's16le', 'pipe:1']
      await runFfmpeg(context, ['-i', `file:${path}`, ...pcm], {
        onStdout: (chunk) => meter.push(chunk),
      })
      const peaks = meter.finish()
      this.#keep(segment.sha256, peaks)
      return peaks
    } finally {
      release()
    }
  }

  #keep(key: string, peaks: Buffer): void {
    this.#cached.set(key, peaks)
    this.#cachedBytes += peaks.length
    for (const [oldest, { length }] of this.#cached) {
      if (this.#cachedBytes <= MOST_CACHED_BYTES) return
      this.#cached.delete(oldest)
      this.#cachedBytes -= length
    }
  }
}
