import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createIdentity } from '../age/identity.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import type { KeyStatus } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import { within } from '../time/within.ts'
import { Escrow } from './escrow.ts'
import { KeyRotation } from './key-rotation.ts'
import { describeKeys } from './key-status.ts'
import { toStorageError } from './key-storage-error.ts'
import { keyUnavailable, toKeyUnavailable } from './key-unavailable.ts'
import { type LoadedMasterKeys, MasterKeys, type MasterKeysOptions } from './master-keys.ts'
import type {
  HomeKeys,
  KeyRing,
  RecordingKeys,
  RecordRotation,
  Rotating,
  SigningKeys,
} from './port.ts'
import { homeKeys, recordingKeys, recordingKeysOf } from './recording-keys.ts'
import { hasSealedSegments } from './sealed-segments.ts'
import { WrappedKeys } from './wrapped-keys.ts'
import { WrappedSigningKeys } from './wrapped-signing-keys.ts'

/** Keys of recordings that are kept in memory: about 2 MB. */
const MOST_CACHED = 2_000
/** A key store that waits for a person must not keep the daemon from starting. */
const ANSWER_LIMIT_MS = 3_000

const LOST_WHILE_RUNNING =
  'The file of the master key is gone. Only the running recorder still has the key: run f2f key rotate before it ends.'

/** How to open the keys of a home. */
export interface HomeKeyRingOptions extends MasterKeysOptions {
  /** The folder of the recordings. Beside sealed ones no master key is created. */
  recordingsFolder: string
  /** Recipients of age for which the identity of each new recording is also wrapped. */
  escrowRecipients?: readonly string[]
}

/** The keys of a home in a folder of files, each wrapped by the master key. */
export class HomeKeyRing implements KeyRing {
  readonly signing: SigningKeys
  readonly #options: HomeKeyRingOptions
  readonly #masters: MasterKeys
  readonly #files: WrappedKeys
  #escrow: Escrow
  readonly #rotation: KeyRotation
  readonly #cache = new BoundedMap<string, RecordingKeys>(MOST_CACHED)
  readonly #writing = new Set<Promise<unknown>>()
  #loading: Promise<void> | undefined
  #loaded: LoadedMasterKeys | undefined
  #home: HomeKeys | undefined
  #problem: RecorderError | undefined = keyUnavailable(
    'The key store of the system has not answered yet. It may be waiting for its password.',
  )

  /**
   * The keys are not opened: `reload` does that. It may create them, so only one process may call
   * it. Throws INVALID_REQUEST for a recipient that is none.
   */
  constructor(options: HomeKeyRingOptions) {
    this.#options = options
    this.#masters = new MasterKeys(options)
    this.#files = new WrappedKeys(options.folder)
    this.#escrow = new Escrow(options.folder, options.escrowRecipients ?? [])
    this.#rotation = new KeyRotation({
      masters: this.#masters,
      files: this.#files,
      onLoaded: (loaded) => {
        this.#loaded = loaded
      },
      written: async () => void (await Promise.allSettled(this.#writing)),
    })
    this.signing = new WrappedSigningKeys(this.#files, {
      masters: () => this.#usable(),
      exclusive: (work) => this.#rotation.exclusive(work),
    })
  }

  /**
   * Opens the keys of a home, and creates them when there are none yet. Resolves also when they
   * cannot be used: see `problem`.
   */
  static async open(options: HomeKeyRingOptions): Promise<HomeKeyRing> {
    const ring = new HomeKeyRing(options)
    await ring.reload()
    return ring
  }

  get problem(): RecorderError | undefined {
    return this.#problem
  }

  async reload(): Promise<void> {
    if (this.#problem === undefined) return
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined
    })
    await within(this.#loading, ANSWER_LIMIT_MS)
  }

  home(): HomeKeys {
    this.#usable()
    return this.#home as HomeKeys
  }

  async create(recordingId: string): Promise<RecordingKeys> {
    const { current } = this.#usable()
    const identity = createIdentity()
    const written = Promise.all([
      this.#files.write({ recordingId }, identity.secret, current),
      this.#escrow.write(recordingId, identity),
    ])
    this.#writing.add(written)
    try {
      await written
    } catch (error) {
      await this.discard(recordingId).catch(() => {})
      throw toStorageError(error, 'The key of the recording cannot be written.')
    } finally {
      this.#writing.delete(written)
    }
    return this.#remember(recordingId, recordingKeys(identity))
  }

  keysOf(recordingId: string): RecordingKeys | undefined {
    const { byId } = this.#usable()
    const cached = this.#cache.get(recordingId)
    if (cached) return cached
    const secret = this.#files.read({ recordingId }, byId)
    return secret && this.#remember(recordingId, recordingKeysOf(secret))
  }

  async destroy(recordingId: string): Promise<void> {
    this.#usable()
    await this.#rotation.exclusive(async () => {
      // First: after a crash between the two, one too many is counted, not one too few.
      if (this.#files.has(recordingId))
        await this.#masters.change((descriptor) => ({
          ...descriptor,
          destroyed: descriptor.destroyed + 1,
        }))
      await this.#remove(recordingId)
    })
  }

  async discard(recordingId: string): Promise<void> {
    this.#usable()
    await this.#rotation.exclusive(() => this.#remove(recordingId))
  }

  recordings(): Promise<string[]> {
    return this.#files.recordings()
  }

  async status(): Promise<KeyStatus> {
    const isLost = this.#problem === undefined && (await this.#masters.isFileLost())
    const { descriptor } = this.#masters
    return describeKeys(this.#options, {
      descriptor,
      problem: isLost ? keyUnavailable(LOST_WHILE_RUNNING) : this.#problem,
      rotation: this.#rotation.view,
    })
  }

  async rotate(record: RecordRotation): Promise<Rotating> {
    return this.#rotation.begin(this.#usable(), record)
  }

  /** Wraps the identities of recordings to come for these recipients of age. */
  setEscrowRecipients(recipients: readonly string[]): void {
    this.#escrow = new Escrow(this.#options.folder, recipients)
  }

  /** Ends what is under way. A rotation goes on when the keys are opened again. */
  async close(): Promise<void> {
    this.#masters.close()
    await this.#rotation.close()
  }

  /** Never rejects. */
  async #load(): Promise<void> {
    try {
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
      const descriptor = await this.#masters.describe()
      this.#loaded = descriptor ? await this.#masters.load(descriptor) : await this.#createMaster()
      this.#home = homeKeys(this.#homeSecret(this.#loaded))
      await this.#files.sweepDrafts()
      this.#problem = undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
      this.#problem = toKeyUnavailable(
        error,
        `The keys of the home cannot be read or written (${code}).`,
      )
    }
  }

  #homeSecret({ byId }: LoadedMasterKeys): Buffer {
    const secret = this.#files.read('home', byId)
    if (secret) return secret
    throw keyUnavailable('The key of the home itself (keys/home.key) is missing.')
  }

  /** The descriptor comes last: a home that has it has had all its keys. */
  async #createMaster(): Promise<LoadedMasterKeys> {
    const { recordingsFolder } = this.#options
    if ((await this.#files.recordings()).length > 0 || (await hasSealedSegments(recordingsFolder)))
      throw keyUnavailable('The home has sealed recordings, but no master key.')
    const created = await this.#masters.create()
    const { key } = created
    await this.#files.write('home', randomBytes(32), key)
    await this.#masters.adopt(created)
    return { current: key, byId: new Map([[key.id, key]]) }
  }

  #usable(): LoadedMasterKeys {
    if (this.#problem) throw this.#problem
    return this.#loaded as LoadedMasterKeys
  }

  async #remove(recordingId: string): Promise<void> {
    this.#cache.delete(recordingId)
    await Promise.all([this.#files.destroy({ recordingId }), this.#escrow.destroy(recordingId)])
    // Somebody may have asked for it before the file was gone.
    this.#cache.delete(recordingId)
  }

  #remember(recordingId: string, keys: RecordingKeys): RecordingKeys {
    this.#cache.set(recordingId, keys)
    return keys
  }
}
