import type { SigningKeyEntry } from '../../store/tree/signing-key-events.ts'
import { leafHash } from '../../tlog/hashes.ts'
import { signerOf } from '../../tlog/key-history.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import { parseTlogProof, verifyTlogProof } from '../../tlog/tlog-proof.ts'
import type { Findings } from './findings.ts'

/** A receipt that was verified on its own. */
export interface OpenedReceipt {
  /** The position of its event. */
  position: number
  record: string
  /** The tree that it is in. */
  size: number
  root: Buffer
}

/**
 * Verifies a receipt with the keys of its log: the checkpoint is signed, and the record is in its
 * tree. Undefined when it is not.
 */
export function openReceipt(
  findings: Findings,
  name: string,
  text: string,
  entries: readonly SigningKeyEntry[],
): OpenedReceipt | undefined {
  try {
    const proof = parseTlogProof(text)
    if (proof.extra === undefined) throw new TlogError('It has no record.')
    const log = signerOf(proof.checkpoint, entries)
    const { size, root } = verifyTlogProof(proof, leafHash(proof.extra), log)
    return { position: proof.index + 1, record: String(proof.extra), size, root }
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    findings.add('receiptWrong', `The receipt ${name} proves nothing: ${error.message}`, {
      file: name,
    })
    return undefined
  }
}

/** Compares the record of a receipt with the one in the log. */
export function compareReceipt(
  findings: Findings,
  name: string,
  { position, record, size }: OpenedReceipt,
  log: { size: number; record: string | undefined },
): void {
  if (size > log.size)
    findings.add(
      'logRolledBack',
      `The log had ${size} events when the receipt ${name} was made, and has ${log.size} now: it was rolled back, or cut off.`,
      {
        position: log.size + 1,
        file: name,
        expected: `${size} events`,
        found: `${log.size} events`,
      },
    )
  else if (log.record !== record)
    findings.add(
      'receiptWrong',
      `Event ${position} is not the one for which the receipt ${name} was made.`,
      {
        position,
        file: name,
        expected: record.slice(0, 200),
        found: log.record?.slice(0, 200) ?? null,
      },
    )
}
