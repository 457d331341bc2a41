import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { decodeBase64, isNoteText } from './strict-text.ts'
import { TlogError } from './tlog-error.ts'

/** The kinds of keys, by the byte that identifies them (C2SP signed-note, "Signature types"). */
const KEY_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const

/** `ed25519` signs notes, `cosignature` signs checkpoints of others together with the time. */
export type KeyType = keyof typeof KEY_TYPES

/** Length of a public key and of a secret key (RFC 8032), in bytes. */
export const KEY_BYTES = 32

const OKP = { kty: 'OKP', crv: 'Ed25519' }

/** The public half of a key, which verifies. */
export interface Verifier {
  type: KeyType
  name: string
  /** A short name of the key, computed from type, name and public key. It is no fingerprint. */
  id: number
  publicKey: Buffer
  /** Checks the 64 bytes of an Ed25519 signature over these bytes. */
  verifies(message: Buffer, signature: Buffer): boolean
}

/** Both halves of a key. */
export interface Signer {
  verifier: Verifier
  /** Returns the 64 bytes of an Ed25519 signature over these bytes. */
  sign(message: Buffer): Buffer
}

/** Creates the verifier of a public key. Throws a TlogError when the name is not allowed. */
export function createVerifier(type: KeyType, name: string, publicKey: Buffer): Verifier {
  if (!isKeyName(name))
    throw new TlogError(
      'The name of a key is empty, or has a space, a plus or a control character.',
    )
  if (publicKey.length !== KEY_BYTES) throw new TlogError('The public key has not 32 bytes.')
  const key = createPublicKey({
    key: { ...OKP, x: publicKey.toString('base64url') },
    format: 'jwk',
  })
  return {
    type,
    name,
    id: keyId(type, name, publicKey),
    publicKey,
    verifies: (message, signature) => verify(null, message, key, signature),
  }
}

/** Creates the signer of a secret key, the 32 bytes of which are random (RFC 8032). */
export function createSigner(type: KeyType, name: string, secret: Buffer): Signer {
  if (secret.length !== KEY_BYTES) throw new TlogError('The secret key has not 32 bytes.')
  const key = privateKeyOf(secret)
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return {
    verifier: createVerifier(type, name, Buffer.from(x!, 'base64url')),
    sign: (message) => sign(null, message, key),
  }
}

/** Encodes a key for those who verify: `name+id+key` (C2SP signed-note, "Verifier keys"). */
export function encodeVkey({ type, name, id, publicKey }: Verifier): string {
  const bytes = Buffer.concat([Buffer.of(KEY_TYPES[type]), publicKey])
  return `${name}+${id.toString(16).padStart(8, '0')}+${bytes.toString('base64')}`
}

/** Reads a vkey. Throws a TlogError that says what is wrong with it. */
export function parseVkey(text: string): Verifier {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) ?? []
  const bytes = decodeBase64(base64 ?? '')
  if (name === undefined || bytes === undefined)
    throw new TlogError('A verifier key has the form <name>+<8 hex digits>+<base64>.')
  const type = (Object.keys(KEY_TYPES) as KeyType[]).find((key) => KEY_TYPES[key] === bytes[0])
  if (type === undefined)
    throw new TlogError(
      `The verifier key of "${name}" is neither Ed25519 (1) nor an Ed25519 cosignature (4).`,
    )
  const verifier = createVerifier(type, name, bytes.subarray(1))
  if (verifier.id !== Number.parseInt(id!, 16))
    throw new TlogError(`The verifier key of "${name}" and its id do not belong together.`)
  return verifier
}

/** Says whether a name is one that a key may have. */
export function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && isNoteText(name)
}

function keyId(type: KeyType, name: string, publicKey: Buffer): number {
  const head = Buffer.from(`${name}\n`)
  const bytes = Buffer.concat([head, Buffer.of(KEY_TYPES[type]), publicKey])
  return createHash('sha256').update(bytes).digest().readUInt32BE(0)
}

function privateKeyOf(secret: Buffer): KeyObject {
  // Node computes the public half, and does not look at this one.
  const key = { ...OKP, d: secret.toString('base64url'), x: '' }
  return createPrivateKey({ key, format: 'jwk' })
}
