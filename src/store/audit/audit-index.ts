import type { LogEvent } from '../../contract/events.ts'
import { type Database, type Operation, wrapReadErrors } from '../database/database.ts'
import { AUDIT_INDEX, auditKey, auditPosition, auditRange } from '../database/keys.ts'
import { type ReadableLog, readRange } from '../records/read-records.ts'
import {
  AuditBlock,
  BLOCK_EVENTS,
  type BlockSummary,
  blockOf,
  decodeBlock,
  type EventKind,
} from './audit-block.ts'

/** Blocks that are read together. */
const CHUNK = 32
const RECENT = 8

/** Which blocks to read: those of the events from one position to another, both included. */
export interface BlockRange {
  from: number
  to: number
  isReverse: boolean
}

/**
 * The index for the auditor's questions. A block is written with its last event. The events after
 * the last whole block are in memory, and so are the summaries of all blocks. A block that is
 * missing or damaged is made from its events when it is needed, so the index may be deleted at any
 * time.
 */
export class AuditIndex {
  #tail: AuditBlock
  /** The summaries of whole blocks that were read or written, by their first events. */
  readonly #summaries = new Map<number, BlockSummary>()
  /** The same kind is one object: it is in hundreds of blocks. */
  readonly #kinds = new Map<string, EventKind>()
  /** The blocks that were read last, one by one: recordings of a page share them. */
  readonly #recent = new Map<number, AuditBlock>()

  private constructor(tail: AuditBlock) {
    this.#tail = tail
  }

  /**
   * Opens the index of a log: reads the events after the last whole block. Rejects with
   * STORAGE_UNAVAILABLE.
   */
  static async open(log: ReadableLog): Promise<AuditIndex> {
    return new AuditIndex(await foldBlock(log, blockOf(log.head.position + 1)))
  }

  /**
   * Adds events that are about to be written. Returns the operations to write with them. When the
   * write fails, the index must be opened again, like the log.
   */
  add(events: readonly LogEvent[]): Operation[] {
    const operations: Operation[] = []
    for (const event of events) {
      this.#tail.add(event)
      if (!this.#tail.isFull) continue
      operations.push(operationOf(this.#tail))
      this.#summarise(this.#tail)
      this.#tail = AuditBlock.empty(event.position + 1)
    }
    return operations
  }

  /**
   * Reads the summaries of all blocks. Yields the operations that write blocks which are missing,
   * some at a time. Rejects with STORAGE_UNAVAILABLE.
   */
  async *fill(log: ReadableLog): AsyncGenerator<Operation[]> {
    const keys = await wrapReadErrors(() => log.db.keys(auditRange(1, log.head.position)).all())
    const stored = new Set(keys.map(auditPosition))
    // A block whose last events are being written is written with them.
    const to = blockOf(log.head.position + 1) - 1
    const firsts = firstsOf({ from: 1, to, isReverse: false })
    for (let next = 0; next < firsts.length; next += CHUNK) {
      const blocks = await this.#read(log, firsts.slice(next, next + CHUNK))
      yield blocks.filter(({ first }) => !stored.has(first)).map(operationOf)
    }
  }

  /**
   * Reads the blocks whose summaries are wanted, in order or in reverse. Rejects with
   * STORAGE_UNAVAILABLE.
   */
  async *blocks(
    log: ReadableLog,
    { from, to, isReverse }: BlockRange,
    isWanted: (summary: BlockSummary) => boolean,
  ): AsyncGenerator<AuditBlock> {
    const range = { from: Math.max(1, from), to: Math.min(to, log.head.position), isReverse }
    // A page may be full after a block or two.
    let size = 1
    let firsts: number[] = []
    for (const first of firstsOf(range)) {
      const summary = this.#summaries.get(first)
      if (summary !== undefined && !isWanted(summary)) continue
      if (firsts.push(first) < size) continue
      yield* (await this.#read(log, firsts)).filter(isWanted)
      firsts = []
      size = Math.min(CHUNK, 2 * size)
    }
    yield* (await this.#read(log, firsts)).filter(isWanted)
  }

  /** Returns the summary of a whole block; undefined while it is not known. */
  summary(first: number): BlockSummary | undefined {
    return this.#summaries.get(first)
  }

  /** Reads one block. Rejects with STORAGE_UNAVAILABLE. */
  async block(log: ReadableLog, first: number): Promise<AuditBlock> {
    const block = this.#recent.get(first) ?? (await this.#read(log, [first]))[0]!
    if (block.isFull) this.#recent.set(first, block)
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= RECENT) break
      this.#recent.delete(oldest)
    }
    return block
  }

  async #read(log: ReadableLog, firsts: readonly number[]): Promise<AuditBlock[]> {
    const values = await wrapReadErrors(() => log.db.getMany(firsts.map(auditKey)))
    const blocks: AuditBlock[] = []
    for (const [i, first] of firsts.entries()) {
      const isTail = first === this.#tail.first
      const stored = isTail ? this.#tail : decodeBlock(first, values[i])
      const block = stored ?? (await foldBlock(log, first))
      if (!isTail && block.isFull) this.#summarise(block)
      blocks.push(block)
    }
    return blocks
  }

  #summarise({ first, kinds, counts, from, to }: AuditBlock): void {
    if (this.#summaries.has(first)) return
    const shared = kinds.map((kind) => {
      const name = JSON.stringify(kind)
      const known = this.#kinds.get(name)
      if (known === undefined) this.#kinds.set(name, kind)
      return known ?? kind
    })
    this.#summaries.set(first, { first, kinds: shared, counts: [...counts], from, to })
  }
}

/** Returns the first events of the blocks in a range, in its order. */
function firstsOf({ from, to, isReverse }: BlockRange): number[] {
  const firsts: number[] = []
  for (let first = blockOf(from); from <= to && first <= to; first += BLOCK_EVENTS)
    firsts.push(first)
  return isReverse ? firsts.reverse() : firsts
}

/** Makes a block from its events, as far as they are durable. */
async function foldBlock(log: ReadableLog, first: number): Promise<AuditBlock> {
  const block = AuditBlock.empty(first)
  for (const event of await wrapReadErrors(() => readRange(log, first, BLOCK_EVENTS)))
    block.add(event)
  return block
}

function operationOf(block: AuditBlock): Operation {
  return { type: 'put', key: auditKey(block.first), value: block.encode() }
}

/**
 * Folds the whole log and compares the stored blocks with what it says. Memory: one block, and the
 * keys of those that differ.
 */
export class AuditIndexCheck {
  readonly #db: Database
  readonly #wrong: string[] = []
  #block = AuditBlock.empty(1)

  constructor(db: Database) {
    this.#db = db
  }

  /** Folds the next events of the log, and compares the blocks that they complete. */
  async observe(events: readonly LogEvent[]): Promise<void> {
    for (const event of events) {
      this.#block.add(event)
      if (!this.#block.isFull) continue
      const { key, value } = operationOf(this.#block) as Operation & { type: 'put' }
      const stored = await wrapReadErrors(() => this.#db.get(key))
      if (stored !== undefined && stored !== value) this.#wrong.push(key)
      this.#block = AuditBlock.empty(event.position + 1)
    }
  }

  /** How many blocks differ so far. One that is only missing does not. */
  get differing(): number {
    return this.#wrong.length
  }

  /**
   * Removes the blocks that differ, those beyond the last event of the log, and those of another
   * version. They are then missing. Rejects with STORAGE_UNAVAILABLE.
   */
  async removeWrong(lastPosition: number): Promise<void> {
    const keys = await wrapReadErrors(() => this.#db.keys(AUDIT_INDEX).all())
    const foreign = keys.filter((key) => {
      const first = auditPosition(key)
      const isOurs = first + BLOCK_EVENTS - 1 <= lastPosition && auditKey(blockOf(first)) === key
      return !isOurs
    })
    const wrong = [...this.#wrong, ...foreign]
    if (wrong.length === 0) return
    await wrapReadErrors(() => this.#db.batch(wrong.map((key) => ({ type: 'del', key }))))
  }
}
