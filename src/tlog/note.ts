import { cosignatureMessage, readCosignature } from './cosignature.ts'
import type { Signer, Verifier } from './keys.ts'
import { type NoteSignature, parseSignatureLines, signatureLine } from './note-signature.ts'
import { isNoteText } from './strict-text.ts'
import { TlogError } from './tlog-error.ts'

/** A note as it is written, with nothing verified. */
export interface ParsedNote {
  /** The text that is signed, with its last line feed. */
  text: string
  signatures: NoteSignature[]
}

/** A signature that was verified. */
export interface VerifiedSignature extends NoteSignature {
  verifier: Verifier
  /** When a cosignature was made, in seconds since 1970. */
  seconds?: number
}

/** A note with a valid signature of a known key at least. */
export interface OpenedNote {
  text: string
  verified: VerifiedSignature[]
  /** Signatures of keys that nobody named. They say nothing. */
  unknown: NoteSignature[]
}

/** Reads the bytes of a text in UTF-8. Throws a TlogError when they are not valid. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TlogError('The note is not valid UTF-8.', { cause })
  }
}

/** Signs a text, which ends in a line feed, as a note (C2SP signed-note). */
export function signNote(text: string, signers: readonly Signer[]): string {
  if (!text.endsWith('\n') || !isNoteText(text))
    throw new TlogError('The text of a note ends in a line feed and has no control characters.')
  const lines = signers.map(({ verifier: { name, id, type }, sign }) => {
    if (type !== 'ed25519') throw new TlogError(`The key "${name}" signs no notes.`)
    return signatureLine({ name, id, bytes: sign(Buffer.from(text)) })
  })
  return `${text}\n${lines.join('')}`
}

/** Takes a note apart and verifies nothing. Throws a TlogError when it is malformed. */
export function parseNote(note: string): ParsedNote {
  if (!isNoteText(note)) throw new TlogError('The note has a character that no note may have.')
  const split = note.lastIndexOf('\n\n')
  if (split < 0) throw new TlogError('The note has no empty line before its signatures.')
  return { text: note.slice(0, split + 1), signatures: parseSignatureLines(note.slice(split + 2)) }
}

/**
 * Opens a note: every signature of a known key is verified, signatures of unknown keys are ignored
 * (C2SP signed-note, "Signatures"). Throws a TlogError when the note is malformed, one signature of
 * a known key is wrong, or none of a known key is there.
 */
export function openNote(note: string, known: readonly Verifier[]): OpenedNote {
  const { text, signatures } = parseNote(note)
  const { verified, unknown } = verifySignatures(text, signatures, known)
  if (verified.length === 0) throw new TlogError('The note has no signature of a known key.')
  return { text, verified, unknown }
}

/**
 * Verifies the signatures of known keys, and sets the others apart. Throws a TlogError when one of
 * a known key is wrong.
 */
export function verifySignatures(
  text: string,
  signatures: readonly NoteSignature[],
  known: readonly Verifier[],
): Omit<OpenedNote, 'text'> {
  const verified: VerifiedSignature[] = []
  const unknown: NoteSignature[] = []
  for (const signature of signatures) {
    const { name, id } = signature
    const verifier = known.find((key) => key.name === name && key.id === id)
    if (verifier === undefined) unknown.push(signature)
    else verified.push(verifySignature(text, signature, verifier))
  }
  return { verified, unknown }
}

function verifySignature(
  text: string,
  signature: NoteSignature,
  verifier: Verifier,
): VerifiedSignature {
  const wrong = (): TlogError => new TlogError(`The signature of "${verifier.name}" is wrong.`)
  if (verifier.type === 'ed25519') {
    if (!verifier.verifies(Buffer.from(text), signature.bytes)) throw wrong()
    return { ...signature, verifier }
  }
  const cosignature = readCosignature(signature.bytes)
  if (cosignature === undefined) throw wrong()
  const { seconds, ed25519 } = cosignature
  if (!verifier.verifies(cosignatureMessage(text, seconds), ed25519)) throw wrong()
  return { ...signature, verifier, seconds }
}
