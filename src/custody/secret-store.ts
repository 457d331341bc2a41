import type { KeyPlace } from '../contract/custody.ts'

/** A place where master keys are kept, each under its id. */
export interface SecretStore {
  readonly place: KeyPlace
  /**
   * Returns a secret; undefined when the place has none under this id. Rejects with
   * KEY_UNAVAILABLE when the place cannot be read. May wait for a person who unlocks it.
   */
  load(id: string): Promise<Buffer | undefined>
  /** Keeps a secret. Resolves when it is durable. Rejects with KEY_UNAVAILABLE. */
  save(id: string, secret: Buffer): Promise<void>
  /** Destroys a secret. Idempotent. Rejects with KEY_UNAVAILABLE. */
  destroy(id: string): Promise<void>
  /** Ends what is under way. */
  close(): void
}
