import type { KeyRotationView } from '../contract/custody.ts'
import { describeKey } from './key-descriptor.ts'
import { DamagedKeyError, keyUnavailable } from './key-unavailable.ts'
import type { LoadedMasterKeys, MasterKeys } from './master-keys.ts'
import type { RecordRotation, Rotating } from './port.ts'
import type { KeyOwner, WrappedKeys } from './wrapped-keys.ts'

/** Keys that are wrapped at the same time. */
const AT_ONCE = 8

/** The parts of a key ring that a rotation works with. */
export interface KeyRotationParts {
  masters: MasterKeys
  files: WrappedKeys
  /** Called with the master keys from which on everything is wrapped by the current one. */
  onLoaded(loaded: LoadedMasterKeys): void
  /** Resolves when no key is being written that may be wrapped by the master key before. */
  written(): Promise<void>
}

/**
 * Replaces the master key of a home. Until the old one is destroyed, both are valid: it goes on
 * after a kill at any step. The steps: keep the new secret, name both in the descriptor, wrap every
 * key by the new one, destroy the old secret, record that, name the new one alone.
 */
export class KeyRotation {
  readonly #parts: KeyRotationParts
  #last: Promise<unknown> = Promise.resolve()
  #rotating: Promise<Rotating> | undefined
  #view: KeyRotationView | undefined
  #isClosed = false

  constructor(parts: KeyRotationParts) {
    this.#parts = parts
  }

  /** How far it is; null when none is under way. */
  get view(): KeyRotationView | null {
    const from = this.#parts.masters.descriptor?.retiring?.id
    if (from === undefined) return null
    return this.#view?.from === from ? this.#view : { from, done: 0, total: 0, problem: null }
  }

  /** Runs some work on key files while no other does, so that none brings back a destroyed key. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  /**
   * Begins a rotation, or goes on with one. Resolves when both keys are on disk and named, with the
   * promise of its end. Rejects with KEY_UNAVAILABLE or errors of the file system.
   */
  begin(loaded: LoadedMasterKeys, record: RecordRotation): Promise<Rotating> {
    this.#rotating ??= this.#begin(loaded, record).catch((error) => {
      this.#rotating = undefined
      throw error
    })
    return this.#rotating
  }

  /** Ends it at the next key. Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#rotating?.then(({ finished }) => finished).catch(() => {})
    await this.#last
  }

  async #begin(loaded: LoadedMasterKeys, record: RecordRotation): Promise<Rotating> {
    const both = await this.#switch(loaded)
    const finished = this.#finish(both, record).finally(() => {
      this.#rotating = undefined
    })
    // The caller that began it may not wait for its end.
    finished.catch(() => {})
    return { finished }
  }

  async #switch(loaded: LoadedMasterKeys): Promise<LoadedMasterKeys> {
    const { masters, onLoaded } = this.#parts
    if (masters.descriptor?.retiring) return loaded
    const { key, name, fileReason } = await masters.create()
    const both = { current: key, byId: new Map([...loaded.byId, [key.id, key]]) }
    await masters.change(({ masterKey }) => ({
      ...describeKey(name, fileReason),
      retiring: masterKey,
    }))
    onLoaded(both)
    return both
  }

  async #finish({ current, byId }: LoadedMasterKeys, record: RecordRotation): Promise<void> {
    const { masters, written, onLoaded } = this.#parts
    const retiring = masters.descriptor?.retiring
    if (!retiring) return
    const view: KeyRotationView = { from: retiring.id, done: 0, total: 0, problem: null }
    this.#view = view
    try {
      await written()
      const keys = await this.#rewrapAll({ current, byId }, view)
      await masters.destroy(retiring)
      onLoaded({ current, byId: new Map([[current.id, current]]) })
      await record({ from: retiring.id, to: current.id, keys })
      await masters.change((descriptor) => ({ ...descriptor, retiring: null }))
    } catch (error) {
      view.problem = (error as Error).message
      throw error
    }
  }

  /** Resolves with the number of keys that the current master key wraps now. */
  async #rewrapAll(loaded: LoadedMasterKeys, view: KeyRotationView): Promise<number> {
    const { files } = this.#parts
    const owners = await this.exclusive(() => this.#owners())
    view.total = owners.length
    for (let at = 0; at < owners.length; at += AT_ONCE) {
      if (this.#isClosed) throw keyUnavailable('The recorder is stopping.')
      const some = owners.slice(at, at + AT_ONCE)
      await this.exclusive(() => Promise.all(some.map((owner) => this.#rewrap(owner, loaded))))
      view.done += some.length
    }
    await files.sync()
    return owners.length
  }

  async #owners(): Promise<KeyOwner[]> {
    const { files } = this.#parts
    return [
      'home',
      ...(await files.signingKeys()).map((signingKey) => ({ signingKey })),
      ...(await files.recordings()).map((recordingId) => ({ recordingId })),
    ]
  }

  async #rewrap(owner: KeyOwner, { current, byId }: LoadedMasterKeys): Promise<void> {
    const { files } = this.#parts
    try {
      const wrappedBy = files.masterKeyOf(owner)
      // Destroyed meanwhile, wrapped already, or from another home: the old key opens none of them.
      if (wrappedBy === undefined || wrappedBy === current.id || !byId.has(wrappedBy)) return
      const secret = files.read(owner, byId)
      if (secret) await files.write(owner, secret, current, { name: 'later' })
    } catch (error) {
      // The old key does not open it either.
      if (!(error instanceof DamagedKeyError)) throw error
    }
  }
}
