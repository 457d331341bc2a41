/**
 * Small age v1 files for a passphrase: one scrypt stanza, which must be alone
 * (https://age-encryption.org/v1, "The scrypt recipient type").
 */
import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto'
import { payloadBehind } from './beginning.ts'
import { PAYLOAD_NONCE_BYTES, payloadKey, sealChunk } from './chunks.ts'
import { base64, closeHeader, FILE_KEY_BYTES, splitHeader } from './header.ts'
import { SealedFileError } from './sealed-file-error.ts'
import { openPayload } from './sealer.ts'

const SALT_LABEL = 'age-encryption.org/v1/scrypt'
const SALT_BYTES = 16
const TAG_BYTES = 16
const ZERO_NONCE = Buffer.alloc(12)
const BLOCK_SIZE = 8
/** As age itself: 256 MB of memory, and about a second. */
const WORK_FACTOR = 18
/** As age itself: a file must not make its reader run out of memory. */
const MOST_WORK_FACTOR = 22
const STANZA = /^-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n$/

/**
 * Seals up to 64 KiB for a passphrase. `workFactor` is the binary logarithm of the cost of trying
 * one.
 */
export async function encryptForPassphrase(
  bytes: Buffer,
  passphrase: string,
  workFactor = WORK_FACTOR,
): Promise<Buffer> {
  const fileKey = randomBytes(FILE_KEY_BYTES)
  const salt = randomBytes(SALT_BYTES)
  const key = await deriveKey(passphrase, salt, workFactor)
  const cipher = createCipheriv('chacha20-poly1305', key, ZERO_NONCE, { authTagLength: TAG_BYTES })
  const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
  const stanza = `-> scrypt ${base64(salt)} ${workFactor}\n${base64(body)}\n`
  const nonce = randomBytes(PAYLOAD_NONCE_BYTES)
  const sealed = sealChunk(payloadKey(fileKey, nonce), 0, true, bytes)
  return Buffer.concat([closeHeader(fileKey, [stanza]), nonce, sealed])
}

/**
 * Opens a file for a passphrase. Resolves with undefined when the passphrase is wrong. Rejects with
 * {@link SealedFileError} when the file is damaged, or not for a passphrase.
 */
export async function decryptWithPassphrase(
  file: Buffer,
  passphrase: string,
): Promise<Buffer | undefined> {
  const { stanzas, end, assertMac } = splitHeader(file)
  const [, salt, factor, body] = STANZA.exec(stanzas) ?? []
  if (salt === undefined || body === undefined || Number(factor) > MOST_WORK_FACTOR)
    throw new SealedFileError('The file is not sealed for a passphrase.')
  const key = await deriveKey(passphrase, Buffer.from(salt, 'base64'), Number(factor))
  const fileKey = openFileKey(key, Buffer.from(body, 'base64'))
  if (fileKey === undefined) return undefined
  assertMac(fileKey)
  return openPayload(file, payloadBehind(file, end, fileKey))
}

function openFileKey(key: Buffer, body: Buffer): Buffer | undefined {
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('chacha20-poly1305', key, ZERO_NONCE, options)
  decipher.setAuthTag(body.subarray(FILE_KEY_BYTES))
  try {
    return Buffer.concat([decipher.update(body.subarray(0, FILE_KEY_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

function deriveKey(passphrase: string, salt: Buffer, workFactor: number): Promise<Buffer> {
  const cost = 2 ** workFactor
  const options: ScryptOptions = {
    ...{ cost, blockSize: BLOCK_SIZE, parallelization: 1 },
    maxmem: 130 * cost * BLOCK_SIZE + 1_048_576,
  }
  return new Promise((resolve, reject) => {
    const labelled = Buffer.concat([Buffer.from(SALT_LABEL), salt])
    scrypt(passphrase, labelled, 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
