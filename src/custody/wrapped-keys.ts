import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listFolder } from '../disk/list-folder.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { isDraft, writePrivateFile } from '../disk/write-private-file.ts'
import { destroyFile, keyFileText, readKeyFile } from './key-file.ts'
import { DamagedKeyError, keyUnavailable } from './key-unavailable.ts'
import type { MasterKey } from './master-key.ts'
import { unwrap, wrap } from './wrap.ts'

/**
 * The owner of a key: a recording, by its id, the home, or the log, which is signed by a key that
 * is named after its public half.
 */
export type KeyOwner = { recordingId: string } | { signingKey: string } | 'home'

const HOME_FILE = 'home.key'
const KEY_FILE_END = '.key.json'
const SIGNING_FILE = /^signing-([0-9a-f]+)\.key$/
const RECORDING_ID = /^[A-Za-z0-9_-]+$/

/** The key files of a home. Each is wrapped by a master key and bound to its owner. */
export class WrappedKeys {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Reads a key, synchronously; undefined when its owner has none. Throws KEY_UNAVAILABLE when the
   * file is damaged, or none of the master keys opens it.
   */
  read(owner: KeyOwner, masters: ReadonlyMap<string, MasterKey>): Buffer | undefined {
    const path = this.#pathOf(owner)
    const file = path === undefined ? undefined : readKeyFile(path)
    if (file === undefined) return undefined
    const master = masters.get(file.masterKey)
    if (master === undefined)
      throw keyUnavailable('The master key is not the one with which the home was sealed.')
    try {
      return unwrap(master.secret, Buffer.from(file.wrapped, 'base64url'), contextOf(owner))
    } catch (error) {
      throw new DamagedKeyError(path as string, error)
    }
  }

  /** Returns the id of the master key that wraps a key; undefined when there is no such key. */
  masterKeyOf(owner: KeyOwner): string | undefined {
    const path = this.#pathOf(owner)
    return path === undefined ? undefined : readKeyFile(path)?.masterKey
  }

  /**
   * Writes a key. Resolves when it is on disk; with `name: 'later'`, when its content is, and
   * `sync` makes the rest durable. Rejects with errors of the file system.
   */
  async write(
    owner: KeyOwner,
    secret: Buffer,
    { id, secret: key }: MasterKey,
    more: { name?: 'later' } = {},
  ): Promise<void> {
    const path = this.#pathOf(owner)
    if (path === undefined) throw new TypeError('This is not the id of a recording.')
    await writePrivateFile(path, keyFileText(id, wrap(key, secret, contextOf(owner))), more)
  }

  /** Resolves when the names of all files are on disk. */
  async sync(): Promise<void> {
    await syncFolder(this.#folder)
  }

  /** Whether a recording has a key. Looks at the folder, synchronously. */
  has(recordingId: string): boolean {
    const path = this.#pathOf({ recordingId })
    return path !== undefined && existsSync(path)
  }

  /** Destroys a key. Resolves with whether there was one. Idempotent. */
  async destroy(owner: KeyOwner): Promise<boolean> {
    const path = this.#pathOf(owner)
    return path !== undefined && (await destroyFile(path))
  }

  /** Lists the recordings that have a key. */
  async recordings(): Promise<string[]> {
    return (await listFolder(this.#folder))
      .filter((name) => name.endsWith(KEY_FILE_END))
      .map((name) => name.slice(0, -KEY_FILE_END.length))
  }

  /** Lists the names of the keys that sign the log. */
  async signingKeys(): Promise<string[]> {
    return (await listFolder(this.#folder)).flatMap((name) => SIGNING_FILE.exec(name)?.[1] ?? [])
  }

  /** Destroys what was being written when a daemon died. */
  async sweepDrafts(): Promise<void> {
    for (const name of await listFolder(this.#folder))
      if (isDraft(name)) await destroyFile(join(this.#folder, name))
  }

  /** The ids become parts of paths. */
  #pathOf(owner: KeyOwner): string | undefined {
    if (owner === 'home') return join(this.#folder, HOME_FILE)
    if ('signingKey' in owner) return join(this.#folder, `signing-${owner.signingKey}.key`)
    if (!RECORDING_ID.test(owner.recordingId)) return undefined
    return join(this.#folder, `${owner.recordingId}${KEY_FILE_END}`)
  }
}

function contextOf(owner: KeyOwner): string {
  if (owner === 'home') return 'home'
  return 'signingKey' in owner ? `signing ${owner.signingKey}` : owner.recordingId
}
