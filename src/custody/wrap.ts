import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const LENGTHS = { authTagLength: TAG_BYTES }
/** Nonces that are drawn together: a call of the system for each would cost as much as the seal. */
const NONCES_AT_A_TIME = 256

let nonces = Buffer.alloc(0)

/**
 * Seals some bytes under a key of 32 bytes (AES-256-GCM, NIST SP 800-38D, random nonce), bound to a
 * context. A text stands for its UTF-8. Returns nonce, ciphertext and tag.
 */
export function wrap(key: Buffer, plain: Buffer | string, context: string): Buffer {
  const nonce = randomNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce, LENGTHS).setAAD(Buffer.from(context))
  // Node encodes a text without a copy of it in JavaScript.
  const bytes = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  const wrapped = Buffer.allocUnsafe(NONCE_BYTES + bytes.length + TAG_BYTES)
  wrapped.set(nonce)
  wrapped.set(bytes, NONCE_BYTES)
  // A stream cipher: it has no bytes left. With an encoding Node would make a decoder for them.
  cipher.final()
  wrapped.set(cipher.getAuthTag(), NONCE_BYTES + bytes.length)
  return wrapped
}

/** Opens what {@link wrap} sealed. Throws when key, context or bytes are not the same. */
export function unwrap(key: Buffer, wrapped: Buffer, context: string): Buffer {
  const end = wrapped.length - TAG_BYTES
  const nonce = wrapped.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, LENGTHS)
  decipher.setAAD(Buffer.from(context)).setAuthTag(wrapped.subarray(end))
  const plain = decipher.update(wrapped.subarray(NONCE_BYTES, end))
  // A stream cipher: it has no bytes left. Joining the two would put a key that is kept for long
  // into memory that Node shares between short buffers, and would keep 8 KB alive with it.
  decipher.final()
  return plain
}

function randomNonce(): Buffer {
  if (nonces.length < NONCE_BYTES) nonces = randomBytes(NONCES_AT_A_TIME * NONCE_BYTES)
  const nonce = nonces.subarray(0, NONCE_BYTES)
  nonces = nonces.subarray(NONCE_BYTES)
  return nonce
}
