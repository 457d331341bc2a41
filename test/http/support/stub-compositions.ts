import type {
  ComposedFile,
  CompositionPort,
  CompositionProgress,
  CompositionRequest,
  SegmentIndex,
} from '../../../src/composition/port.ts'
import type { RecorderError } from '../../../src/contract/errors.ts'

/** Replaces the composer: returns the answer of the test, and records the requests. */
export class StubCompositions implements CompositionPort {
  readonly asked: CompositionRequest[] = []
  /** The reasons with which requests were aborted. */
  readonly left: unknown[] = []
  /** The answer to every request. Without one, requests are never answered. */
  file: ComposedFile | undefined
  failure: RecorderError | undefined
  readonly #listeners = new Set<(progress: CompositionProgress) => void>()

  async compose(
    _recording: unknown,
    request: CompositionRequest,
    signal: AbortSignal,
  ): Promise<ComposedFile> {
    this.asked.push(request)
    if (this.failure) throw this.failure
    if (this.file) return this.file
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        this.left.push(signal.reason)
        reject(signal.reason)
      })
    })
  }

  /** The peaks of every segment. */
  peaksAnswer = Buffer.from([0, 128, 255])

  async peaks(): Promise<Buffer> {
    if (this.failure) throw this.failure
    return this.peaksAnswer
  }

  /** The index of every screen segment. */
  indexAnswer: SegmentIndex = {
    ...{ bytes: 5_000, initBytes: 700, codec: 'avc1.42c028' },
    keyFrames: [
      [0, 700],
      [10_000.5, 3_000],
    ],
  }

  async index(): Promise<SegmentIndex> {
    if (this.failure) throw this.failure
    return this.indexAnswer
  }

  async ffmpegPath(): Promise<string | null> {
    return '/usr/bin/ffmpeg'
  }

  onProgress(listener: (progress: CompositionProgress) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whether anybody has subscribed to progress. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  tell(progress: CompositionProgress): void {
    for (const listener of this.#listeners) listener(progress)
  }
}
