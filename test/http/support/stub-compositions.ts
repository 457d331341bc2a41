import type {
  ComposedFile,
  CompositionPort,
  CompositionProgress,
  CompositionRequest,
} from '../../../src/composition/port.ts'
import type { RecorderError } from '../../../src/contract/errors.ts'

/** Stands for the composer: gives what the test put there, and notes what it was asked. */
export class StubCompositions implements CompositionPort {
  readonly asked: CompositionRequest[] = []
  /** Reasons with which askers left. */
  readonly left: unknown[] = []
  /** The answer to every request; without one they are never answered. */
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

  onProgress(listener: (progress: CompositionProgress) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whether anybody wants to hear of progress. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  tell(progress: CompositionProgress): void {
    for (const listener of this.#listeners) listener(progress)
  }
}
