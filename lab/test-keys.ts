import { createHash } from 'node:crypto'
import { MemoryKeyRing } from '../src/custody/memory-key-ring.ts'
import type { HomeKeys, KeyRing, RecordingKeys } from '../src/custody/port.ts'
import { homeKeys, recordingKeysOf } from '../src/custody/recording-keys.ts'

const secretOf = (name: string): Buffer => createHash('sha256').update(name).digest()
const HOME = homeKeys(secretOf('home'))

/**
 * Keys that are the same in every process: those of a recording are made from its id. For logs of
 * tests and of the bench, which have no home.
 */
export class TestKeyRing extends MemoryKeyRing {
  readonly #destroyed = new Set<string>()
  readonly #made = new Map<string, RecordingKeys>()

  override home(): HomeKeys {
    super.home()
    return HOME
  }

  override async create(recordingId: string): Promise<RecordingKeys> {
    await super.create(recordingId)
    this.#destroyed.delete(recordingId)
    return this.keysOf(recordingId) as RecordingKeys
  }

  override keysOf(recordingId: string): RecordingKeys | undefined {
    super.keysOf(recordingId)
    if (this.#destroyed.has(recordingId)) return undefined
    const keys = this.#made.get(recordingId) ?? recordingKeysOf(secretOf(recordingId))
    this.#made.set(recordingId, keys)
    return keys
  }

  override async destroy(recordingId: string): Promise<void> {
    await super.destroy(recordingId)
    this.#destroyed.add(recordingId)
  }
}

/** Keys for logs whose recordings nobody erases. */
export const TEST_KEYS: KeyRing = new TestKeyRing()
