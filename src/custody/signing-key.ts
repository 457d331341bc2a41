import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { SigningKey } from './port.ts'

/** The key with its private half, which is kept wrapped: 32 bytes (RFC 8032). */
export interface SecretSigningKey extends SigningKey {
  secret: Buffer
}

/**
 * Creates a random key: any 32 bytes are a private half (RFC 8032, 5.1.5). Node's own function for
 * that is not safe, see `createIdentity`.
 */
export const createSigningKey = (): SecretSigningKey => signingKeyOf(randomBytes(32))

/** Returns the key of a private half of 32 bytes. */
export function signingKeyOf(secret: Buffer): SecretSigningKey {
  // Node computes the public half, and does not look at this one.
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: secret.toString('base64url'), x: '' }
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  return {
    secret,
    publicKey: publicKeyOf(privateKey),
    sign: (message) => sign(null, message, privateKey),
  }
}

function publicKeyOf(privateKey: KeyObject): Buffer {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return Buffer.from(x!, 'base64url')
}
