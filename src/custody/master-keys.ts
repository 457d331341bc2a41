import type { KeyPlace } from '../contract/custody.ts'
import { FileSecretStore } from './file-secret-store.ts'
import {
  describeKey,
  type KeyDescriptor,
  type MasterKeyName,
  readDescriptor,
  writeDescriptor,
} from './key-descriptor.ts'
import { keyUnavailable } from './key-unavailable.ts'
import { createMasterKey, type MasterKey, masterKeyOf } from './master-key.ts'
import type { SecretStore } from './secret-store.ts'
import { SystemSecretStore } from './system-secret-store.ts'

/** Where a new master key is to be kept. `auto`: in the system's key store, if that works. */
export type WantedPlace = KeyPlace | 'auto'

/** The place of the master keys of a home. */
export interface MasterKeysOptions {
  /** The folder of the keys, absolute. */
  folder: string
  /** The file of the descriptor, absolute; not in the folder of the keys. */
  descriptorFile: string
  wanted: WantedPlace
  /** Default: the system's key store in the environment of this process. */
  system?: SecretStore
}

/** The master key in use, and the one that a rotation is replacing, by their ids. */
export interface LoadedMasterKeys {
  current: MasterKey
  byId: ReadonlyMap<string, MasterKey>
}

/** A new master key, and why it is not where it was wanted. */
export interface CreatedMasterKey {
  key: MasterKey
  name: MasterKeyName
  fileReason: string | null
}

/** Finds, creates and replaces the master key of a home, wherever its secret is kept. */
export class MasterKeys {
  readonly #options: MasterKeysOptions
  readonly #stores: Record<KeyPlace, SecretStore>
  #descriptor: KeyDescriptor | undefined
  #changing: Promise<void> = Promise.resolve()

  constructor(options: MasterKeysOptions) {
    this.#options = options
    this.#stores = {
      system: options.system ?? new SystemSecretStore(),
      file: new FileSecretStore(options.folder),
    }
  }

  /** The descriptor that was read or written last; undefined before that. */
  get descriptor(): KeyDescriptor | undefined {
    return this.#descriptor
  }

  /**
   * Reads the descriptor; undefined when the home has no master key. Rejects with KEY_UNAVAILABLE.
   */
  async describe(): Promise<KeyDescriptor | undefined> {
    this.#descriptor = await readDescriptor(this.#options.descriptorFile)
    return this.#descriptor
  }

  /** Loads the keys that a descriptor names. Rejects with KEY_UNAVAILABLE. */
  async load({ masterKey, retiring }: KeyDescriptor): Promise<LoadedMasterKeys> {
    const current = await this.#load(masterKey)
    if (current === undefined)
      throw keyUnavailable(
        masterKey.place === 'file'
          ? 'The file of the master key is missing.'
          : 'The key store of the system has no master key for this home.',
      )
    const byId = new Map([[current.id, current]])
    // It may have been destroyed already, as the last step but one of a rotation.
    const old = retiring === null ? undefined : await this.#load(retiring)
    if (old !== undefined) byId.set(old.id, old)
    return { current, byId }
  }

  /**
   * Whether the file of the master key has disappeared since it was loaded. The key store of the
   * system is not asked: it may ask a person.
   */
  async isFileLost(): Promise<boolean> {
    const { masterKey } = this.#descriptor ?? {}
    if (masterKey?.place !== 'file') return false
    return (await this.#stores.file.load(masterKey.id).catch(() => undefined)) === undefined
  }

  /** Creates a master key in the wanted place. It is not in use until it is described. */
  async create(): Promise<CreatedMasterKey> {
    const key = createMasterKey()
    const { place, fileReason } = await this.#save(key)
    return {
      key,
      name: { id: key.id, place, createdAt: new Date().toISOString() },
      fileReason,
    }
  }

  /** Begins to use a master key that was created, in a home that had none. */
  async adopt({ name, fileReason }: CreatedMasterKey): Promise<KeyDescriptor> {
    const descriptor = describeKey(name, fileReason)
    await this.#write(descriptor)
    return descriptor
  }

  /**
   * Changes the descriptor, after the changes before. Resolves when that is on disk. Rejects with
   * errors of the file system.
   */
  change(change: (descriptor: KeyDescriptor) => KeyDescriptor): Promise<void> {
    const changed = this.#changing.then(async () => {
      if (this.#descriptor) await this.#write(change(this.#descriptor))
    })
    this.#changing = changed.catch(() => {})
    return changed
  }

  /** Destroys the secret of a master key. Idempotent. */
  async destroy({ id, place }: MasterKeyName): Promise<void> {
    await this.#stores[place].destroy(id)
  }

  /**
   * Keeps a master key again that the home was sealed with, in the wanted place. Rejects with
   * KEY_UNAVAILABLE.
   */
  async restore(key: MasterKey, createdAt: string): Promise<MasterKeyName> {
    const known = await this.describe().catch(() => undefined)
    const { place, fileReason } = await this.#save(key)
    const name = { id: key.id, place, createdAt }
    if (known?.retiring?.id === key.id) await this.#write({ ...known, retiring: name })
    else if (known?.masterKey.id === key.id)
      await this.#write({ ...known, masterKey: name, fileReason })
    else await this.#write(describeKey(name, fileReason))
    return name
  }

  /** Ends what is under way. */
  close(): void {
    for (const store of Object.values(this.#stores)) store.close()
  }

  async #write(descriptor: KeyDescriptor): Promise<void> {
    await writeDescriptor(this.#options.descriptorFile, descriptor)
    this.#descriptor = descriptor
  }

  async #load({ id, place }: MasterKeyName): Promise<MasterKey | undefined> {
    const secret = await this.#stores[place].load(id)
    if (secret === undefined) return undefined
    const key = masterKeyOf(secret)
    if (key.id === id) return key
    throw keyUnavailable('The master key is not the one with which the home was sealed.')
  }

  async #save({ id, secret }: MasterKey): Promise<{ place: KeyPlace; fileReason: string | null }> {
    const { wanted } = this.#options
    let fileReason: string | null = null
    if (wanted !== 'file') {
      try {
        await this.#stores.system.save(id, secret)
        return { place: 'system', fileReason }
      } catch (error) {
        if (wanted === 'system') throw error
        fileReason = (error as Error).message
      }
    }
    await this.#stores.file.save(id, secret)
    return { place: 'file', fileReason }
  }
}
