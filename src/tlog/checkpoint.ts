import { EMPTY_ROOT, HASH_BYTES } from './hashes.ts'
import type { Verifier } from './keys.ts'
import { openNote, parseNote, type VerifiedSignature, verifySignatures } from './note.ts'
import { decodeHash, isNoteText, parseDecimal } from './strict-text.ts'
import { checkSize } from './subtrees.ts'
import { TlogError } from './tlog-error.ts'
import type { TreeHead } from './verify-proofs.ts'

/** The statement that a log signs: its tree has this root at this size. */
export interface Checkpoint extends TreeHead {
  /** The name of the log. */
  origin: string
  /** Lines behind the root, none of them empty. */
  extensions: readonly string[]
}

/** A checkpoint that a key of its log has signed. */
export interface OpenedCheckpoint extends Checkpoint {
  /** The text that is signed. */
  text: string
  /** Valid signatures of the log's keys, one at least. */
  signatures: VerifiedSignature[]
  /** Valid cosignatures of known witnesses. */
  cosignatures: VerifiedSignature[]
}

/** Encodes the text of a checkpoint, to be signed as a note (C2SP tlog-checkpoint). */
export function encodeCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  checkSize(size)
  if (root.length !== HASH_BYTES) throw new TlogError('The root of a checkpoint has not 32 bytes.')
  const lines = [origin, `${size}`, root.toString('base64'), ...extensions]
  if (lines.some((line) => line === '' || line.includes('\n') || !isNoteText(line)))
    throw new TlogError('A line of a checkpoint is empty or has a control character.')
  return `${lines.join('\n')}\n`
}

/** Reads the text of a checkpoint. Throws a TlogError that says what is wrong with it. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n') || !isNoteText(text))
    throw new TlogError('The checkpoint is not made of lines.')
  const lines = text.slice(0, -1).split('\n')
  if (lines.length < 3 || lines.includes(''))
    throw new TlogError('The checkpoint has fewer than three lines, or an empty one.')
  const [origin, sizeText, rootText, ...extensions] = lines as [string, string, string]
  const size = parseDecimal(sizeText)
  if (size === undefined) throw new TlogError('The second line of the checkpoint is no tree size.')
  const root = decodeHash(rootText)
  if (root === undefined) throw new TlogError('The third line of the checkpoint is no root.')
  if (size === 0 && !root.equals(EMPTY_ROOT))
    throw new TlogError('The checkpoint of an empty tree has the root of another one.')
  return { origin, size, root, extensions }
}

/** Reads the checkpoint in a note, and verifies nothing. Throws a TlogError. */
export function readCheckpoint(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text)
}

/**
 * Opens a checkpoint of the log with this origin. Throws a TlogError unless it is of that log,
 * signed by one of its keys, and no signature of a known key is wrong. Signatures of unknown keys
 * are ignored.
 */
export function openCheckpoint(
  note: string,
  log: { origin: string; keys: readonly Verifier[] },
  witnesses: readonly Verifier[] = [],
): OpenedCheckpoint {
  const { text, verified, unknown } = openNote(note, log.keys)
  const checkpoint = parseCheckpoint(text)
  if (checkpoint.origin !== log.origin)
    throw new TlogError(`The checkpoint is of "${checkpoint.origin}", not of "${log.origin}".`)
  const { verified: cosignatures } = verifySignatures(text, unknown, witnesses)
  return { ...checkpoint, text, signatures: verified, cosignatures }
}
