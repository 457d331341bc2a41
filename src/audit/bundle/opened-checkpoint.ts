import { notSigned } from '../../contract/audit-key.ts'
import { parseCheckpoint } from '../../tlog/checkpoint.ts'
import { openByHistory } from '../../tlog/key-history.ts'
import { parseVkey } from '../../tlog/keys.ts'
import { parseNote } from '../../tlog/note.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import type { BundleProofs } from './port.ts'
import type { Finding, Verdict } from './verdict.ts'

/** The checkpoint of a bundle, with its signatures verified. */
export interface BundleCheckpoint {
  note: string
  /** Lines of keys.txt: a position and the vkey that signs from there on. */
  keys: readonly string[]
  head: TreeHead
  facts: Verdict['checkpoint']
  /** The line of the note, from 1, with the signature of the newest key. */
  signatureLine: number
  findings: Finding[]
}

/**
 * Reads the newest checkpoint and verifies its signatures. Throws KEY_UNAVAILABLE when there is
 * none, and a TlogError when it is damaged.
 */
export function readCheckpoint({ checkpoint, keys }: BundleProofs): BundleCheckpoint {
  if (checkpoint === undefined) throw notSigned()
  const { note } = checkpoint
  const { text, signatures } = parseNote(note)
  const { origin, size, root } = parseCheckpoint(text)
  const newest = keys.at(-1)
  const { name: ownName, id: ownId } = newest ? parseVkey(newest.key) : {}
  const at = signatures.findIndex(({ name, id }) => name === ownName && id === ownId)
  const lines = text.split('\n').length
  const signed = signersOf(note, keys)
  return {
    note,
    keys: keys.map(({ position, key }) => `${position} ${key}`),
    head: { size, root },
    facts: { origin, size, signers: 'signers' in signed ? signed.signers : [] },
    // An empty line parts text and signatures; `lines` counts it.
    signatureLine: lines + 1 + Math.max(0, at),
    findings: 'reason' in signed ? [{ kind: 'notSigned', reason: signed.reason }] : [],
  }
}

function signersOf(
  note: string,
  keys: BundleProofs['keys'],
): { signers: string[] } | { reason: string } {
  try {
    const { signatures } = openByHistory(note, keys)
    return { signers: [...new Set(signatures.map(({ name }) => name))] }
  } catch (error) {
    if (error instanceof TlogError) return { reason: error.message }
    throw error
  }
}
