import { randomBytes } from 'node:crypto'
import { createIdentity } from '../age/identity.ts'
import type { KeyStatus } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import type { HomeKeys, KeyRing, RecordingKeys, Rotating } from './port.ts'
import { homeKeys, recordingKeys } from './recording-keys.ts'

/** Keys in memory, which are lost with the process; for tests and trials. */
export class MemoryKeyRing implements KeyRing {
  /** Set it to make the master key unavailable. */
  problem: RecorderError | undefined
  readonly #home = homeKeys(randomBytes(32))
  readonly #keys = new Map<string, RecordingKeys>()

  home(): HomeKeys {
    this.#assertAvailable()
    return this.#home
  }

  async create(recordingId: string): Promise<RecordingKeys> {
    this.#assertAvailable()
    const keys = recordingKeys(createIdentity())
    this.#keys.set(recordingId, keys)
    return keys
  }

  keysOf(recordingId: string): RecordingKeys | undefined {
    this.#assertAvailable()
    return this.#keys.get(recordingId)
  }

  async destroy(recordingId: string): Promise<void> {
    this.#assertAvailable()
    this.#keys.delete(recordingId)
  }

  discard(recordingId: string): Promise<void> {
    return this.destroy(recordingId)
  }

  async recordings(): Promise<string[]> {
    return [...this.#keys.keys()]
  }

  async status(): Promise<KeyStatus> {
    return {
      problem: this.problem?.message ?? null,
      masterKey: null,
      fileReason: null,
      rotation: null,
      recordings: this.#keys.size,
      withoutFiles: 0,
      escrowed: 0,
      destroyed: 0,
      backedUpAt: null,
    }
  }

  async rotate(): Promise<Rotating> {
    this.#assertAvailable()
    return { finished: Promise.resolve() }
  }

  async reload(): Promise<void> {}

  #assertAvailable(): void {
    if (this.problem) throw this.problem
  }
}
