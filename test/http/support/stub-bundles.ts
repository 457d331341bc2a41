import type {
  Bundle,
  BundledRecording,
  BundlePort,
  BundleRequest,
} from '../../../src/audit/bundle/port.ts'
import type { RecorderError } from '../../../src/contract/errors.ts'

/** Replaces the bundler: returns the bytes of the test, and records the requests. */
export class StubBundles implements BundlePort {
  readonly asked: { id: string; language: string }[] = []
  /** The pieces of every bundle. */
  pieces: () => AsyncIterable<Buffer> | Iterable<Buffer> = () => [Buffer.from('PK')]
  failure: RecorderError | undefined
  /** The signal of the last request. */
  signal: AbortSignal | undefined

  async prepare(
    { id }: BundledRecording,
    { language, signal, beforeReading }: BundleRequest,
  ): Promise<Bundle> {
    this.asked.push({ id, language })
    this.signal = signal
    if (this.failure) throw this.failure
    await beforeReading()
    const { pieces } = this
    return {
      async *write() {
        yield* pieces()
      },
    }
  }
}
