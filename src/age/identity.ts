import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { decodeBech32, encodeBech32 } from './bech32.ts'

/** The encodings of X25519 keys (RFC 8410) before their 32 bytes: PKCS #8, and SPKI. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')
const KEY_BYTES = 32

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

/**
 * Returns the identity of a private key of 32 bytes. Its recipient is computed when it is needed:
 * that takes ten times as long as all else, and whoever only reads does not need it.
 */
export function identityOf(secret: Buffer): Identity {
  let known: Buffer | undefined
  return {
    secret,
    get recipient() {
      known ??= publicKeyOf(secret)
      return known
    },
  }
}

function publicKeyOf(secret: Buffer): Buffer {
  const { x } = createPublicKey(privateKeyOf(secret)).export({ format: 'jwk' })
  return Buffer.from(x!, 'base64url')
}

/**
 * Returns the shared secret of a private and a public key, 32 bytes (RFC 7748). Throws when the
 * public key is of low order.
 */
export function sharedSecret(secret: Buffer, recipient: Buffer): Buffer {
  const der = Buffer.concat([PUBLIC_PREFIX, recipient])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return diffieHellman({ privateKey: privateKeyOf(secret), publicKey })
}

/** Encodes an identity as age writes it: `AGE-SECRET-KEY-1…`. */
export function encodeIdentity({ secret }: Identity): string {
  return encodeBech32('age-secret-key-', secret).toUpperCase()
}

/** Reads an identity as age writes it. Undefined when it is not valid. */
export function parseIdentity(text: string): Identity | undefined {
  const secret = decodeBech32('age-secret-key-', text.trim())
  return secret?.length === KEY_BYTES ? identityOf(secret) : undefined
}

/** Encodes a recipient as age writes it: `age1…`. */
export function encodeRecipient(recipient: Buffer): string {
  return encodeBech32('age', recipient)
}

/** Reads a recipient as age writes it. Undefined when it is not valid. */
export function parseRecipient(text: string): Buffer | undefined {
  const recipient = decodeBech32('age', text.trim())
  return recipient?.length === KEY_BYTES ? recipient : undefined
}

function privateKeyOf(secret: Buffer): KeyObject {
  const der = Buffer.concat([PRIVATE_PREFIX, secret])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
