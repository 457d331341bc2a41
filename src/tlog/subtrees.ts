import { EMPTY_ROOT, nodeHash } from './hashes.ts'

/**
 * Returns the hash of a complete subtree: the one with the leaves from `index × 2^height`, of which
 * there are `2^height`. Height 0 is a leaf.
 */
export type SubtreeReader = (height: number, index: number) => Promise<Buffer>

/** A complete subtree and its hash. */
export interface Subtree {
  height: number
  index: number
  hash: Buffer
}

/**
 * Returns the root of the first `size` leaves (RFC 6962, section 2.1), with one read for each bit
 * that is set in `size`.
 */
export async function rootAt(size: number, subtree: SubtreeReader): Promise<Buffer> {
  checkSize(size)
  return size === 0 ? EMPTY_ROOT : rangeHash(0, size, subtree)
}

/**
 * Returns the hash over the leaves from `start` up to `end`, exclusive. `start` must be a multiple
 * of a power of two that is not below their count: then they form a node of a tree.
 */
export async function rangeHash(
  start: number,
  end: number,
  subtree: SubtreeReader,
): Promise<Buffer> {
  const hashes = await Promise.all(
    completeSubtrees(start, end).map(({ height, index }) => subtree(height, index)),
  )
  return hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** Returns the fewest complete subtrees that make up the leaves, from left to right. */
export function completeSubtrees(start: number, end: number): { height: number; index: number }[] {
  const subtrees = []
  for (let from = start; from < end; ) {
    const height = floorLog2(end - from)
    subtrees.push({ height, index: from / 2 ** height })
    from += 2 ** height
  }
  return subtrees
}

/** Returns the largest power of two below `count`, which is at least 2: where a tree splits. */
export function splitOf(count: number): number {
  return 2 ** floorLog2(count - 1)
}

/** Throws a RangeError unless it is the size of a tree. */
export function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`No tree has the size ${size}.`)
}

/** Exact for every safe integer from 1, which `Math.log2` is not. */
function floorLog2(count: number): number {
  const high = Math.floor(count / 2 ** 32)
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(count)
}
