import { join } from 'node:path'
import { readIfThere } from '../disk/read-if-there.ts'
import { writePrivateFile } from '../disk/write-private-file.ts'
import { destroyFile } from './key-file.ts'
import { keyUnavailable } from './key-unavailable.ts'
import { MASTER_KEY_BYTES } from './master-key.ts'
import type { SecretStore } from './secret-store.ts'

const BASE64URL = /^[A-Za-z0-9_-]{43}$/

/** Keeps master keys in files of the user's own (0600), beside the keys that they wrap. */
export class FileSecretStore implements SecretStore {
  readonly place = 'file'
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async load(id: string): Promise<Buffer | undefined> {
    const file = await readIfThere(this.#pathOf(id)).catch((error) => {
      throw keyUnavailable('The file of the master key cannot be read.', error)
    })
    // One that is overwritten and not removed was being destroyed when the recorder was killed.
    if (file === undefined || file.every((byte) => byte === 0)) return undefined
    const text = file.toString().trim()
    const secret = Buffer.from(text, 'base64url')
    if (!BASE64URL.test(text) || secret.length !== MASTER_KEY_BYTES)
      throw keyUnavailable('The file of the master key is damaged.')
    return secret
  }

  async save(id: string, secret: Buffer): Promise<void> {
    await writePrivateFile(this.#pathOf(id), `${secret.toString('base64url')}\n`)
  }

  async destroy(id: string): Promise<void> {
    await destroyFile(this.#pathOf(id))
  }

  close(): void {}

  #pathOf(id: string): string {
    return join(this.#folder, masterKeyFileName(id))
  }
}

/** Returns the name of the file that a master key is kept in. */
function masterKeyFileName(id: string): string {
  return `master-${id}.key`
}
