import { RecorderError } from '../../contract/errors.ts'
import { Frontier } from '../../tlog/frontier.ts'
import { leafHash } from '../../tlog/hashes.ts'
import type { TreeHead } from '../../tlog/verify-proofs.ts'
import { type Database, type Operation, readChunks, storageError } from '../database/database.ts'
import { eventRange, TREE, treeKey } from '../database/keys.ts'
import { treeHashes } from './tree-hashes.ts'

/** Events whose subtrees are written together. */
const CHUNK = 1_000
const CHUNK_BYTES = 256 * 1024

/**
 * The Merkle tree over the stored records (RFC 6962): one leaf an event, in the order of the log.
 * Only hashes of subtrees of 256 events, of 65,536 and so on are stored: 1 in 255 events writes
 * one. All others are computed from the records when somebody asks for a proof.
 */
export class LogTree {
  readonly #frontier: Frontier

  private constructor(frontier: Frontier) {
    this.#frontier = frontier
  }

  /**
   * Opens the tree of a log with `size` events from the stored hashes, if they make the root of a
   * checkpoint; undefined when they do not. What came after the checkpoint is computed from the
   * records. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL.
   */
  static async open(
    db: Database,
    size: number,
    signed: TreeHead,
    onProgress?: (done: number) => void,
  ): Promise<LogTree | undefined> {
    const frontier = await openFrontier(db, signed.size)
    if (!frontier?.root().equals(signed.root)) return undefined
    const tree = new LogTree(frontier)
    await tree.#extend(db, size, onProgress)
    return tree
  }

  /** Forgets what is stored, and computes it again from the events. Rejects like `open`. */
  static async rebuild(
    db: Database,
    size: number,
    onProgress?: (done: number) => void,
  ): Promise<LogTree> {
    await wrapWrites(() => db.clear(TREE))
    const tree = new LogTree(new Frontier())
    await tree.#extend(db, size, onProgress)
    return tree
  }

  /** The number of events in it. */
  get size(): number {
    return this.#frontier.size
  }

  /** The root of all events in it: 32 bytes. */
  root(): Buffer {
    return this.#frontier.root()
  }

  /** Appends records. Returns what is to be written in the same batch. */
  append(records: Iterable<string>): Operation[] {
    const operations: Operation[] = []
    for (const record of records)
      for (const { height, index, hash } of this.#frontier.append(leafHash(record)))
        operations.push({ type: 'put', key: treeKey(height, index), value: hash.toString('hex') })
    return operations
  }

  async #extend(db: Database, size: number, onProgress?: (done: number) => void): Promise<void> {
    if (this.size === size) return
    const range = eventRange(this.size + 1, size)
    const records = db.values({ ...range, highWaterMarkBytes: CHUNK_BYTES })
    for await (const chunk of readChunks(records, CHUNK)) {
      // Not forced to disk: hashes that a crash loses are computed again.
      await wrapWrites(() => db.batch(this.append(chunk)))
      onProgress?.(this.size)
    }
  }
}

async function wrapWrites(write: () => Promise<void>): Promise<void> {
  await write().catch((error: unknown) => {
    throw storageError('The tree of the log cannot be written', error)
  })
}

/** Returns undefined when a stored hash is missing. */
async function openFrontier(db: Database, size: number): Promise<Frontier | undefined> {
  try {
    return await Frontier.open(size, treeHashes(db, size))
  } catch (error) {
    if (error instanceof RecorderError) throw error
    return undefined
  }
}
