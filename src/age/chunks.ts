/**
 * The payload of an age v1 file: chunks of 64 KiB, each sealed with ChaCha20-Poly1305 (RFC 8439). A
 * nonce is the number of the chunk (11 bytes, big-endian) and a byte that is 1 for the last chunk.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { SealedFileError } from './sealed-file-error.ts'

/** The length of a chunk of the plain text. Only the last one may be shorter. */
export const CHUNK_BYTES = 65_536
/** How much longer a chunk becomes when it is sealed. */
export const CHUNK_TAG_BYTES = 16
/** The length of a sealed chunk. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + CHUNK_TAG_BYTES
/** The length of the nonce of the payload, which comes before its chunks. */
export const PAYLOAD_NONCE_BYTES = 16

const OPTIONS = { authTagLength: CHUNK_TAG_BYTES }

/** Returns the key of a payload: 32 bytes. */
export function payloadKey(fileKey: Buffer, nonce: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32))
}

/** Seals a chunk. No number may ever be used for two different chunks of the same finality. */
export function sealChunk(key: Buffer, number: number, isLast: boolean, bytes: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonceOf(number, isLast), OPTIONS)
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/**
 * Opens a chunk. Throws {@link SealedFileError} when it is not the one with this number. The last
 * chunk of a payload is empty only when all of it is.
 */
export function openChunk(key: Buffer, number: number, isLast: boolean, sealed: Buffer): Buffer {
  const end = sealed.length - CHUNK_TAG_BYTES
  if (end < 0) throw new SealedFileError('The file ends within a chunk.')
  const decipher = createDecipheriv('chacha20-poly1305', key, nonceOf(number, isLast), OPTIONS)
  decipher.setAuthTag(sealed.subarray(end))
  const bytes = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
  } catch (cause) {
    throw new SealedFileError(`Chunk ${number} of the file has been changed.`, { cause })
  }
  if (isLast && end === 0 && number > 0)
    throw new SealedFileError('The last chunk of the file is empty.')
  return bytes
}

/** Opens a chunk like {@link openChunk}; undefined when it is not the one with this number. */
export function tryOpenChunk(
  key: Buffer,
  number: number,
  isLast: boolean,
  sealed: Buffer,
): Buffer | undefined {
  try {
    return openChunk(key, number, isLast, sealed)
  } catch {
    return undefined
  }
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(number, 5, 6)
  nonce[11] = isLast ? 1 : 0
  return nonce
}
