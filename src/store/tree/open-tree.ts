import { type OpenedCheckpoint, openCheckpoint, parseCheckpoint } from '../../tlog/checkpoint.ts'
import { parseVkey } from '../../tlog/keys.ts'
import { parseNote } from '../../tlog/note.ts'
import { rootAt } from '../../tlog/subtrees.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import { type Database, wrapReadErrors } from '../database.ts'
import { CHECKPOINT_KEY } from '../keys.ts'
import { damaged, tailMissing } from '../verify.ts'
import { LogTree } from './log-tree.ts'
import { keyAt, type SigningKeyEntry } from './signing-key-events.ts'
import { treeHashes } from './tree-hashes.ts'

/** The tree of a log, and its newest checkpoint as a signed note. */
export interface OpenedTree {
  tree: LogTree
  /** Undefined while no key has signed. */
  checkpoint: { size: number; note: string } | undefined
}

/** How to open a tree. */
export interface OpenTreeOptions {
  /** The number of events in the log. */
  size: number
  /** The keys that the log names, oldest first. */
  keys: readonly SigningKeyEntry[]
  /** The root of the events that are signed, computed from their records. */
  root: Buffer | undefined
  /** Called when stored hashes were wrong, so that they are computed again. */
  onProblem: (problem: Error) => void
  onProgress?: (done: number) => void
}

/**
 * Opens the tree of a verified log, and compares it with the checkpoint that was signed last.
 * Computes stored hashes that are missing or wrong again from the events. Rejects with
 * STORAGE_UNAVAILABLE when the events are not those that were signed, or STORAGE_FULL.
 */
export async function openTree(db: Database, options: OpenTreeOptions): Promise<OpenedTree> {
  const { size, keys } = options
  const note = await wrapReadErrors(() => db.get(CHECKPOINT_KEY))
  const signed = openStored(note, keys)
  if (signed !== undefined && signed.size > size) throw tailMissing(size, signed.size)
  if (signed !== undefined && !options.root?.equals(signed.root)) throw notSigned(signed.size)
  const tree = await openMatching(db, options, signed)
  return { tree, checkpoint: signed && { size: signed.size, note: note as string } }
}

/**
 * Opens the tree of a log that is not verified yet from the root that it had at an event; undefined
 * when the stored hashes do not make that, or not what was signed. Rejects like {@link openTree}.
 */
export async function openUnverifiedTree(
  db: Database,
  { size, keys }: Pick<OpenTreeOptions, 'size' | 'keys'>,
  known: TreeHead,
): Promise<(OpenedTree & { signed: TreeHead | undefined }) | undefined> {
  const note = await wrapReadErrors(() => db.get(CHECKPOINT_KEY))
  const signed = openStored(note, keys)
  if (signed !== undefined && signed.size > size) throw tailMissing(size, signed.size)
  const tree = await LogTree.open(db, size, known)
  if (tree === undefined || (signed && !(await hasRoot(db, signed)))) return undefined
  return { tree, signed, checkpoint: signed && { size: signed.size, note: note as string } }
}

/** Stored hashes are used only when they make the root that was signed. */
async function openMatching(
  db: Database,
  { size, onProblem, onProgress }: OpenTreeOptions,
  signed: OpenedCheckpoint | undefined,
): Promise<LogTree> {
  if (signed !== undefined) {
    const found = await LogTree.open(db, size, signed, onProgress)
    if (found !== undefined) return found
    onProblem(new Error('Stored hashes of the log’s tree were missing or wrong.'))
  }
  const tree = await LogTree.rebuild(db, size, onProgress)
  return tree
}

function openStored(
  note: string | undefined,
  entries: readonly SigningKeyEntry[],
): OpenedCheckpoint | undefined {
  if (entries.length === 0) return undefined
  if (note === undefined) throw damaged('its checkpoint is missing')
  try {
    const { size } = parseCheckpoint(parseNote(note).text)
    const signer = keyAt(entries, size)
    if (signer === undefined) throw new TlogError('It is older than the first key.')
    const key = parseVkey(signer.key)
    return openCheckpoint(note, { origin: key.name, keys: [key] })
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw damaged('its checkpoint is not one that its keys have signed', error)
  }
}

async function hasRoot(db: Database, { size, root }: OpenedCheckpoint): Promise<boolean> {
  return (await rootAt(size, treeHashes(db, size))).equals(root)
}

function notSigned(size: number): Error {
  return damaged(`its first ${size} events are not those that were signed`)
}
