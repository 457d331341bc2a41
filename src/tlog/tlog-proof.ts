import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import type { Verifier } from './keys.ts'
import { decodeBase64, decodeHash, parseDecimal } from './strict-text.ts'
import { TlogError } from './tlog-error.ts'
import { verifyInclusion } from './verify-proofs.ts'

/** A proof that a leaf is in a log, which needs nothing else but the keys (C2SP tlog-proof). */
export interface TlogProof {
  /** Bytes for the application. They are not authenticated. */
  extra?: Buffer
  /** The place of the leaf, from 0. */
  index: number
  /** The inclusion proof, from the leaf up. */
  hashes: readonly Buffer[]
  /** The checkpoint as a note, with its signatures. */
  checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
/** The path of a leaf in a tree of 2^63 leaves, which no log reaches. */
const MOST_HASHES = 63

/** Encodes a proof as a text file. */
export function encodeTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const lines = [HEADER]
  if (extra?.length) lines.push(`extra ${extra.toString('base64')}`)
  lines.push(`index ${index}`, ...hashes.map((hash) => hash.toString('base64')))
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** Reads a proof and verifies nothing. Throws a TlogError that says what is wrong with it. */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  if (split < 0) throw new TlogError('The proof has no empty line before its checkpoint.')
  const lines = text.slice(0, split).split('\n')
  if (lines.shift() !== HEADER) throw new TlogError(`The proof does not begin with "${HEADER}".`)
  const extra = lines[0]?.startsWith('extra ') ? readExtra(lines.shift()!) : undefined
  const index = parseDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '')
  if (index === undefined) throw new TlogError('The proof has no line "index <number>".')
  if (lines.length > MOST_HASHES) throw new TlogError(`There are more than ${MOST_HASHES} hashes.`)
  const hashes = lines.map((line) => {
    const hash = decodeHash(line)
    if (hash === undefined) throw new TlogError('A line of the proof is no hash.')
    return hash
  })
  const proof = { index, hashes, checkpoint: text.slice(split + 2) }
  return extra === undefined ? proof : { extra, ...proof }
}

function readExtra(line: string): Buffer {
  const extra = decodeBase64(line.slice('extra '.length))
  if (!extra?.length) throw new TlogError('The extra data of the proof are no base64.')
  return extra
}

/**
 * Verifies a proof for the hash of a leaf: the checkpoint is of the log and signed by one of its
 * keys, no signature of a known witness is wrong, and the leaf is in the tree. Returns the
 * checkpoint; how many cosignatures suffice is for the caller to say. Throws a TlogError otherwise.
 */
export function verifyTlogProof(
  { index, hashes, checkpoint }: TlogProof,
  leaf: Buffer,
  log: { origin: string; keys: readonly Verifier[] },
  witnesses: readonly Verifier[] = [],
): OpenedCheckpoint {
  const opened = openCheckpoint(checkpoint, log, witnesses)
  if (!verifyInclusion(leaf, index, opened, hashes))
    throw new TlogError(`The proof does not show this leaf at index ${index} of the tree.`)
  return opened
}
