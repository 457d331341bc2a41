import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../contract/errors.ts'
import { writePrivateFile } from './key-file.ts'

/** The key that wraps all other keys of a home. */
export interface MasterKey {
  /** Names it without telling it: the beginning of its SHA-256, lower-case hex. */
  id: string
  /** 32 bytes. */
  secret: Buffer
}

/** A place where the master key is kept outside of the home's sealed files. */
export interface MasterKeyStore {
  /** Returns the key; undefined when there is none. Rejects with KEY_UNAVAILABLE. */
  load(): Promise<MasterKey | undefined>
  save(key: MasterKey): Promise<void>
}

/** Returns a secret of 32 bytes as a master key. */
export function masterKeyOf(secret: Buffer): MasterKey {
  return {
    id: createHash('sha256').update('f2f master key').update(secret).digest('hex').slice(0, 16),
    secret,
  }
}

/** Creates a random master key. */
export function createMasterKey(): MasterKey {
  return masterKeyOf(randomBytes(32))
}

/** Keeps the master key in a file of the user's own (0600) in the folder of the keys. */
export class MasterKeyFile implements MasterKeyStore {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, 'master.key')
  }

  async load(): Promise<MasterKey | undefined> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new RecorderError('KEY_UNAVAILABLE', 'The file of the master key cannot be read.', {
        cause,
      })
    }
    const secret = Buffer.from(text.trim(), 'base64url')
    if (secret.length !== 32)
      throw new RecorderError('KEY_UNAVAILABLE', 'The file of the master key is damaged.')
    return masterKeyOf(secret)
  }

  async save({ secret }: MasterKey): Promise<void> {
    await writePrivateFile(this.#path, `${secret.toString('base64url')}\n`)
  }
}
