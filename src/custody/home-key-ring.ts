import { randomBytes } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createIdentity, identityOf } from '../age/identity.ts'
import { RecorderError } from '../contract/errors.ts'
import { destroyFile, readKeyFile, writePrivateFile } from './key-file.ts'
import { createMasterKey, type MasterKey, type MasterKeyStore } from './master-key.ts'
import type { HomeKeys, KeyRing, RecordingKeys } from './port.ts'
import { homeKeys, recordingKeys } from './recording-keys.ts'
import { unwrap, wrap } from './wrap.ts'

const HOME_FILE = 'home.key'
/** Keys of recordings that are kept in memory: about 10 MB. */
const MOST_CACHED = 50_000

/** The keys of a home in a folder of files, each wrapped by the master key. */
export class HomeKeyRing implements KeyRing {
  readonly #folder: string
  readonly #store: MasterKeyStore
  readonly #cache = new Map<string, RecordingKeys>()
  #master: MasterKey | undefined
  #home: HomeKeys | undefined
  problem: RecorderError | undefined

  private constructor(folder: string, store: MasterKeyStore) {
    this.#folder = folder
    this.#store = store
  }

  /**
   * Opens the keys in a folder, and creates them when there are none yet. Resolves also when the
   * master key is missing: see `problem`. Rejects with errors of the file system.
   */
  static async open(folder: string, store: MasterKeyStore): Promise<HomeKeyRing> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const ring = new HomeKeyRing(folder, store)
    await ring.reload()
    return ring
  }

  async reload(): Promise<void> {
    try {
      const secret = await this.#homeSecret()
      this.#home = homeKeys(secret)
      this.problem = undefined
    } catch (error) {
      this.problem =
        error instanceof RecorderError
          ? error
          : new RecorderError('KEY_UNAVAILABLE', 'The keys of the home cannot be read.', {
              cause: error,
            })
    }
  }

  home(): HomeKeys {
    if (this.problem || this.#home === undefined) throw this.problem ?? missing()
    return this.#home
  }

  async create(recordingId: string): Promise<RecordingKeys> {
    const identity = createIdentity()
    await this.#write(this.#fileOf(recordingId), identity.secret, recordingId)
    const keys = recordingKeys(identity)
    this.#remember(recordingId, keys)
    return keys
  }

  keysOf(recordingId: string): RecordingKeys | undefined {
    if (this.problem) throw this.problem
    const cached = this.#cache.get(recordingId)
    if (cached) return cached
    const secret = this.#read(this.#fileOf(recordingId), recordingId)
    if (secret === undefined) return undefined
    const keys = recordingKeys(identityOf(secret))
    this.#remember(recordingId, keys)
    return keys
  }

  async destroy(recordingId: string): Promise<void> {
    this.#cache.delete(recordingId)
    await destroyFile(this.#fileOf(recordingId))
  }

  async #homeSecret(): Promise<Buffer> {
    const file = join(this.#folder, HOME_FILE)
    this.#master = await this.#store.load()
    if (this.#master === undefined) {
      if (
        (await readdir(this.#folder)).some(
          (name) => name.endsWith('.key.json') || name === HOME_FILE,
        )
      )
        throw missing()
      this.#master = createMasterKey()
      await this.#store.save(this.#master)
    }
    const secret = this.#read(file, 'home')
    if (secret !== undefined) return secret
    const created = randomBytes(32)
    await this.#write(file, created, 'home')
    return created
  }

  #read(path: string, context: string): Buffer | undefined {
    const file = readKeyFile(path)
    if (file === undefined) return undefined
    const master = this.#master as MasterKey
    if (file.masterKey !== master.id)
      throw new RecorderError(
        'KEY_UNAVAILABLE',
        'The master key is not the one with which the home was sealed.',
      )
    try {
      return unwrap(master.secret, Buffer.from(file.wrapped, 'base64url'), context)
    } catch (cause) {
      throw new RecorderError('KEY_UNAVAILABLE', 'A key file is damaged.', { cause })
    }
  }

  async #write(path: string, secret: Buffer, context: string): Promise<void> {
    if (this.problem && this.#home !== undefined) throw this.problem
    const { id, secret: key } = this.#master ?? missingThrow()
    const wrapped = wrap(key, secret, context).toString('base64url')
    await writePrivateFile(path, `${JSON.stringify({ version: 1, masterKey: id, wrapped })}\n`)
  }

  #remember(recordingId: string, keys: RecordingKeys): void {
    const oldest = this.#cache.size >= MOST_CACHED ? this.#cache.keys().next().value : undefined
    if (oldest !== undefined) this.#cache.delete(oldest)
    this.#cache.set(recordingId, keys)
  }

  #fileOf(recordingId: string): string {
    return join(this.#folder, `${recordingId}.key.json`)
  }
}

function missing(): RecorderError {
  return new RecorderError('KEY_UNAVAILABLE', 'The master key of this home is missing.')
}

function missingThrow(): never {
  throw missing()
}
