import { EMPTY_ROOT, nodeHash } from './hashes.ts'
import { checkSize, completeSubtrees, type Subtree, type SubtreeReader } from './subtrees.ts'

/** Subtrees whose height is a multiple of this are stored; all others are computed from them. */
export const TILE_HEIGHT = 8

const NONE: readonly Subtree[] = []

/**
 * The right edge of a growing tree: the complete subtrees that make up its leaves. It suffices to
 * append leaves and to compute the root, in memory that grows with the logarithm of the size.
 */
export class Frontier {
  #size = 0
  /** From left to right, which is from the highest to the lowest. */
  readonly #subtrees: Buffer[] = []

  /**
   * Opens the frontier of a tree that has `size` leaves. Reads one complete subtree for each bit
   * that is set in `size`.
   */
  static async open(size: number, subtree: SubtreeReader): Promise<Frontier> {
    checkSize(size)
    const frontier = new Frontier()
    const reads = completeSubtrees(0, size).map(({ height, index }) => subtree(height, index))
    frontier.#subtrees.push(...(await Promise.all(reads)))
    frontier.#size = size
    return frontier
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size
  }

  /**
   * Appends the hash of a leaf. Returns the complete subtrees that are to be stored now: those with
   * a height of 8, 16, 24 and so on whose last leaf it is, from the lowest to the highest.
   */
  append(leaf: Buffer): readonly Subtree[] {
    let completed: Subtree[] | undefined
    let hash = leaf
    let index = this.#size
    for (let height = 1; index % 2 === 1; height++) {
      hash = nodeHash(this.#subtrees.pop()!, hash)
      index = (index - 1) / 2
      if (height % TILE_HEIGHT === 0) {
        completed ??= []
        completed.push({ height, index, hash })
      }
    }
    this.#subtrees.push(hash)
    this.#size++
    return completed ?? NONE
  }

  /** Computes the root of all leaves. */
  root(): Buffer {
    if (this.#size === 0) return EMPTY_ROOT
    return this.#subtrees.reduceRight((right, left) => nodeHash(left, right))
  }
}
