import { join } from 'node:path'
import { encodeIdentity, type Identity, parseRecipient } from '../age/identity.ts'
import { encryptAge } from '../age/sealer.ts'
import { RecorderError } from '../contract/errors.ts'
import { listFolder } from '../disk/list-folder.ts'
import { writePrivateFile } from '../disk/write-private-file.ts'
import { destroyFile } from './key-file.ts'

const FILE_END = '.escrow.age'

/**
 * Wraps the identities of recordings for an organisation, too. Never the media: a segment for
 * further recipients would outlive the erasure of the recording's key.
 */
export class Escrow {
  readonly #folder: string
  readonly #recipients: readonly Buffer[]

  /** Throws INVALID_REQUEST for a text that is no recipient of age (`age1…`). */
  constructor(folder: string, recipients: readonly string[]) {
    this.#folder = folder
    this.#recipients = recipients.map(toRecipient)
  }

  /** Writes the identity of a recording as a file of age. Resolves when it is on disk. */
  async write(recordingId: string, identity: Identity): Promise<void> {
    if (this.#recipients.length === 0) return
    const text = Buffer.from(`${encodeIdentity(identity)}\n`)
    await writePrivateFile(this.#pathOf(recordingId), encryptAge(text, this.#recipients))
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
  return (await listFolder(folder)).filter((name) => name.endsWith(FILE_END)).length
}

function toRecipient(text: string): Buffer {
  const recipient = parseRecipient(text)
  if (recipient) return recipient
  throw new RecorderError('INVALID_REQUEST', `${text} is not a recipient of age (age1…).`)
}
