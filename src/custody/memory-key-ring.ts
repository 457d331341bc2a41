import { randomBytes } from 'node:crypto'
import { createIdentity } from '../age/identity.ts'
import type { RecorderError } from '../contract/errors.ts'
import type { HomeKeys, KeyRing, RecordingKeys } from './port.ts'
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

  async reload(): Promise<void> {}

  #assertAvailable(): void {
    if (this.problem) throw this.problem
  }
}
