import { toStorageError } from './key-storage-error.ts'
import { DamagedKeyError } from './key-unavailable.ts'
import type { LoadedMasterKeys } from './master-keys.ts'
import type { SigningKey, SigningKeys } from './port.ts'
import { createSigningKey, signingKeyOf } from './signing-key.ts'
import type { KeyOwner, WrappedKeys } from './wrapped-keys.ts'

/** Digits of a public key that name its file. */
const NAME_DIGITS = 16

/** The state of the key ring that the signing keys depend on. */
export interface SigningKeysContext {
  /** Returns the master keys. Throws KEY_UNAVAILABLE. */
  masters(): LoadedMasterKeys
  /** Runs some work on key files while no other does. */
  exclusive<T>(work: () => Promise<T>): Promise<T>
}

/** The keys that sign the log, in files that are wrapped by the master key. */
export class WrappedSigningKeys implements SigningKeys {
  readonly #files: WrappedKeys
  readonly #context: SigningKeysContext
  /** A log that names its first key and has no checkpoint by it can never be opened again. */
  #created: SigningKey | undefined

  constructor(files: WrappedKeys, context: SigningKeysContext) {
    this.#files = files
    this.#context = context
  }

  async create(): Promise<SigningKey> {
    this.#context.masters()
    const key = createSigningKey()
    await this.#context
      .exclusive(() =>
        this.#files.write(ownerOf(key.publicKey), key.secret, this.#context.masters().current),
      )
      .catch((error) => {
        throw toStorageError(error, 'The key that signs the log cannot be written.')
      })
    this.#created = key
    return key
  }

  find(publicKey: Buffer): SigningKey | undefined {
    this.#context.masters()
    if (this.#created?.publicKey.equals(publicKey)) return this.#created
    const secret = this.#read(publicKey)
    const key = secret && signingKeyOf(secret)
    return key?.publicKey.equals(publicKey) ? key : undefined
  }

  async keepOnly(publicKey: Buffer): Promise<void> {
    this.#context.masters()
    if (!this.#created?.publicKey.equals(publicKey)) this.#created = undefined
    await this.#context.exclusive(async () => {
      for (const signingKey of await this.#files.signingKeys())
        if (signingKey !== nameOf(publicKey)) await this.#files.destroy({ signingKey })
    })
  }

  /** One that is damaged is lost, too: the recorder must be able to start with another. */
  #read(publicKey: Buffer): Buffer | undefined {
    const { byId } = this.#context.masters()
    try {
      return this.#files.read(ownerOf(publicKey), byId)
    } catch (error) {
      if (error instanceof DamagedKeyError) return undefined
      throw error
    }
  }
}

function nameOf(publicKey: Buffer): string {
  return publicKey.toString('hex').slice(0, NAME_DIGITS)
}

function ownerOf(publicKey: Buffer): KeyOwner {
  return { signingKey: nameOf(publicKey) }
}
