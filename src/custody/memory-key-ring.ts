import { randomBytes } from 'node:crypto'
import { createIdentity } from '../age/identity.ts'
import type { KeyStatus } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import type { HomeKeys, KeyRing, RecordingKeys, Rotating, SigningKey, SigningKeys } from './port.ts'
import { homeKeys, recordingKeys } from './recording-keys.ts'
import { createSigningKey } from './signing-key.ts'

/** Keys in memory, which are lost with the process; for tests and trials. */
export class MemoryKeyRing implements KeyRing {
  /** Set it to make the master key unavailable. */
  problem: RecorderError | undefined
  readonly signing: SigningKeys = {
    create: async () => {
      this.#assertAvailable()
      const key = createSigningKey()
      this.#signing.set(key.publicKey.toString('hex'), key)
      return key
    },
    find: (publicKey) => {
      this.#assertAvailable()
      return this.#signing.get(publicKey.toString('hex'))
    },
    keepOnly: async (publicKey) => {
      for (const name of this.#signing.keys())
        if (name !== publicKey.toString('hex')) this.#signing.delete(name)
    },
  }
  readonly #signing = new Map<string, SigningKey>()
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
