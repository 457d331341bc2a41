import type { OpenedCheckpoint } from '../../tlog/checkpoint.ts'
import { openByHistory } from '../../tlog/key-history.ts'
import { rootAt } from '../../tlog/subtrees.ts'
import { TlogError } from '../../tlog/tlog-error.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import { type Database, wrapReadErrors } from '../database/database.ts'
import { CHECKPOINT_KEY } from '../database/keys.ts'
import { damaged, tailMissing } from '../records/verify.ts'
import { LogTree } from './log-tree.ts'
import type { SigningKeyEntry } from './signing-key-events.ts'
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
  const { signed, checkpoint } = await readSigned(db, options)
  if (signed !== undefined && !options.root?.equals(signed.root))
    throw damaged(`its first ${signed.size} events are not those that were signed`)
  return { tree: await openMatching(db, options, signed), checkpoint }
}

/**
 * Opens the tree of a log that is not verified yet from the root that it had at an event; undefined
 * when the stored hashes do not make that, or not what was signed. Rejects like {@link openTree}.
 */
export async function openUnverifiedTree(
  db: Database,
  options: Pick<OpenTreeOptions, 'size' | 'keys'>,
  known: TreeHead,
): Promise<(OpenedTree & { signed: TreeHead | undefined }) | undefined> {
  const { signed, checkpoint } = await readSigned(db, options)
  const tree = await LogTree.open(db, options.size, known)
  if (tree === undefined || (signed && !(await hasRoot(db, signed)))) return undefined
  return { tree, signed, checkpoint }
}

/** Reads the checkpoint that was signed last. Rejects when it covers more events than there are. */
async function readSigned(
  db: Database,
  { size, keys }: Pick<OpenTreeOptions, 'size' | 'keys'>,
): Promise<{ signed: OpenedCheckpoint | undefined; checkpoint: OpenedTree['checkpoint'] }> {
  const note = await wrapReadErrors(() => db.get(CHECKPOINT_KEY))
  const signed = openStored(note, keys)
  if (signed !== undefined && signed.size > size) throw tailMissing(size, signed.size)
  return { signed, checkpoint: signed && { size: signed.size, note: note as string } }
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
  return LogTree.rebuild(db, size, onProgress)
}

function openStored(
  note: string | undefined,
  entries: readonly SigningKeyEntry[],
): OpenedCheckpoint | undefined {
  if (entries.length === 0) return undefined
  if (note === undefined) throw damaged('its checkpoint is missing')
  try {
    return openByHistory(note, entries)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw damaged('its checkpoint is not one that its keys have signed', error)
  }
}

async function hasRoot(db: Database, { size, root }: OpenedCheckpoint): Promise<boolean> {
  return (await rootAt(size, treeHashes(db, size))).equals(root)
}
