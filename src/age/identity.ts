import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { decodeBech32, encodeBech32 } from './bech32.ts'

/** X25519 keys as JWK (RFC 8037), which Node reads six times as fast as their DER. */
const JWK = { kty: 'OKP', crv: 'X25519' }
const KEY_BYTES = 32

/** An X25519 identity of age: the key pair of one owner, as raw keys (RFC 7748). */
export interface Identity {
  /** The private key, 32 bytes. */
  secret: Buffer
  /** The public key, 32 bytes. */
  recipient: Buffer
}

/**
 * Creates a random identity. Any 32 bytes are a private key (RFC 7748, 5). Exporting a key that
 * `generateKeyPairSync` has made may hang for ever: the export locks the key, and when V8 collects
 * garbage meanwhile, the job that made the key waits for the same lock (Node.js 20).
 */
export const createIdentity = (): Identity => identityOf(randomBytes(KEY_BYTES))

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
  // Memory of its own: a piece of Node's pool would keep 8 KB of it alive with each cached key.
  const key = Buffer.alloc(KEY_BYTES)
  key.write(x!, 'base64url')
  return key
}

/**
 * Returns the shared secret of a private and a public key, 32 bytes (RFC 7748). Throws when the
 * public key is of low order.
 */
export function sharedSecret(secret: Buffer, recipient: Buffer): Buffer {
  const key = { ...JWK, x: recipient.toString('base64url') }
  const publicKey = createPublicKey({ key, format: 'jwk' })
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
  // Node computes the public half, and does not look at this one.
  const key = { ...JWK, d: secret.toString('base64url'), x: '' }
  return createPrivateKey({ key, format: 'jwk' })
}
