import { Frontier } from '../../../src/tlog/frontier.ts'
import { leafHash } from '../../../src/tlog/hashes.ts'
import type { SubtreeReader } from '../../../src/tlog/subtrees.ts'
import { subtreesFromTiles, type TileCache, type TileReader } from '../../../src/tlog/tiles.ts'

/** A tree as the store keeps it: leaves, and the subtrees that the frontier returned. */
export class StoredTree {
  readonly leaves: Buffer[] = []
  readonly stored = new Map<string, Buffer>()
  /** Root of every size, as the frontier computed it. */
  readonly roots: Buffer[] = []
  /** Every read of a tile. */
  readonly reads: string[] = []
  /** Every subtree that was asked for. */
  readonly asked: string[] = []
  readonly frontier = new Frontier()
  readonly #word: string

  constructor(word = 'record') {
    this.#word = word
  }

  /** Appends the records `<word> <i>` up to a size. */
  grow(size: number, withRoots = true): this {
    if (withRoots && this.roots.length === 0) this.roots.push(this.frontier.root())
    while (this.frontier.size < size) {
      const leaf = leafHash(Buffer.from(`${this.#word} ${this.frontier.size}`))
      this.leaves.push(leaf)
      for (const { height, index, hash } of this.frontier.append(leaf))
        this.stored.set(`${height}/${index}`, hash)
      if (withRoots) this.roots.push(this.frontier.root())
    }
    return this
  }

  /** Reads the subtrees of the tree at a size, and only what is not in a cache. */
  subtrees(size: number, cache?: TileCache): SubtreeReader {
    const read: TileReader = async (height, first, count) => {
      this.reads.push(`${height}/${first}+${count}`)
      if (height === 0) return this.leaves.slice(first, first + count)
      return Array.from({ length: count }, (_, i) => this.stored.get(`${height}/${first + i}`)!)
    }
    const subtree = subtreesFromTiles(size, read, cache)
    return (height, index) => {
      this.asked.push(`${height}/${index}`)
      return subtree(height, index)
    }
  }
}
