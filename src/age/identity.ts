import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'

/** An X25519 identity of age: the key pair of one owner, as raw keys (RFC 7748). */
export interface Identity {
  /** The private key, 32 bytes. */
  secret: Buffer
  /** The public key, 32 bytes. */
  recipient: Buffer
}

/** Creates a random identity. */
export function createIdentity(): Identity {
  const { privateKey } = generateKeyPairSync('x25519')
  const { d, x } = privateKey.export({ format: 'jwk' })
  return { secret: Buffer.from(d!, 'base64url'), recipient: Buffer.from(x!, 'base64url') }
}

/** The PKCS #8 encoding of an X25519 private key (RFC 8410) before its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** Returns the identity of a private key of 32 bytes. */
export function identityOf(secret: Buffer): Identity {
  const der = Buffer.concat([PKCS8_PREFIX, secret])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return { secret, recipient: Buffer.from(x!, 'base64url') }
}
