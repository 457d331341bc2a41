import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals some bytes under a key of 32 bytes (AES-256-GCM, NIST SP 800-38D, random nonce), bound to a
 * context. Returns nonce, ciphertext and tag.
 */
export function wrap(key: Buffer, bytes: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** Opens what {@link wrap} sealed. Throws when key, context or bytes are not the same. */
export function unwrap(key: Buffer, wrapped: Buffer, context: string): Buffer {
  const end = wrapped.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(context)).setAuthTag(wrapped.subarray(end))
  return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, end)), decipher.final()])
}
