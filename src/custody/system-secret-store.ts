import { type KeyStoreAct, KeyStoreProcess } from './key-store-process.ts'
import { keyUnavailable } from './key-unavailable.ts'
import { MASTER_KEY_BYTES } from './master-key.ts'
import type { SecretStore } from './secret-store.ts'

/** The pauses between two attempts after a failure, because each may ask the person to unlock. */
const SHORTEST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** How to reach the key store of the system. */
export interface SystemSecretStoreOptions {
  /** Environment of the program that talks to the store, with the address of the D-Bus session. */
  env?: NodeJS.ProcessEnv
  /** Milliseconds that never jump. */
  monotonic?: () => number
}

/**
 * Keeps master keys in the key store of the system: the Secret Service on Linux (GNOME Keyring,
 * KWallet, KeePassXC), the Keychain of macOS, the Credential Manager of Windows.
 */
export class SystemSecretStore implements SecretStore {
  readonly place = 'system'
  readonly #process: KeyStoreProcess
  readonly #monotonic: () => number
  #failure: { error: Error; until: number; pauseMs: number } | undefined

  constructor({ env = process.env, monotonic }: SystemSecretStoreOptions = {}) {
    this.#process = new KeyStoreProcess(env)
    this.#monotonic = monotonic ?? (() => performance.now())
  }

  async load(id: string): Promise<Buffer | undefined> {
    if (this.#failure && this.#monotonic() < this.#failure.until) throw this.#failure.error
    const text = await this.#run({ act: 'get', account: id })
    if (text === null) return undefined
    const secret = Buffer.from(text, 'base64url')
    if (secret.length !== MASTER_KEY_BYTES)
      throw keyUnavailable('The master key in the key store of the system is damaged.')
    return secret
  }

  async save(id: string, secret: Buffer): Promise<void> {
    const text = secret.toString('base64url')
    await this.#run({ act: 'set', account: id, secret: text })
    // A store that forgets must not be found out at the next start.
    if ((await this.#run({ act: 'get', account: id })) !== text)
      throw keyUnavailable('The key store of the system has not kept the master key.')
  }

  async destroy(id: string): Promise<void> {
    await this.#run({ act: 'delete', account: id })
  }

  close(): void {
    this.#process.close()
  }

  async #run(act: KeyStoreAct): Promise<string | null> {
    try {
      const answer = await this.#process.run(act)
      this.#failure = undefined
      return answer
    } catch (cause) {
      const reason = (cause as Error).message
      const error = keyUnavailable(`The key store of the system cannot be used: ${reason}.`, cause)
      const pauseMs = Math.min(
        (this.#failure?.pauseMs ?? SHORTEST_PAUSE_MS / 2) * 2,
        LONGEST_PAUSE_MS,
      )
      this.#failure = { error, until: this.#monotonic() + pauseMs, pauseMs }
      throw error
    }
  }
}
