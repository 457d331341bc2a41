import type { Signer } from './keys.ts'
import type { NoteSignature } from './note-signature.ts'
import { TlogError } from './tlog-error.ts'

const TIME_BYTES = 8
const SIGNATURE_BYTES = 64
/** The end of the year 9999: RFC 3339 has no later time. */
const LAST_SECOND = 253_402_300_799

/**
 * Returns what a cosignature/v1 signs: the time in seconds, and the text of the checkpoint (C2SP
 * tlog-cosignature, "Ed25519 signed message").
 */
export function cosignatureMessage(text: string, seconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
}

/**
 * Takes the bytes of a cosignature/v1 apart. Undefined when they have another length, or name no
 * time, or one that no date has: a cosignature of a checkpoint always names one.
 */
export function readCosignature(bytes: Buffer): { seconds: number; ed25519: Buffer } | undefined {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const seconds = Number(bytes.readBigUInt64BE(0))
  if (seconds === 0 || seconds > LAST_SECOND) return undefined
  return { seconds, ed25519: bytes.subarray(TIME_BYTES) }
}

/** Signs the text of a checkpoint with a key for cosignatures, as a witness does. */
export function cosign(text: string, signer: Signer, seconds: number): NoteSignature {
  const { type, name, id } = signer.verifier
  if (type !== 'cosignature') throw new TlogError(`The key "${name}" makes no cosignatures.`)
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  const bytes = Buffer.concat([time, signer.sign(cosignatureMessage(text, seconds))])
  return { name, id, bytes }
}
