import { checkSize, rangeHash, type SubtreeReader, splitOf } from './subtrees.ts'

/**
 * Returns the proof that a leaf is in the tree of `size` leaves: the hashes beside its path, from
 * the leaf up (RFC 6962, section 2.1.1). `index` counts from 0. Each complete subtree is read once,
 * and no more of them than the proof needs. Throws a RangeError when there is no such leaf.
 */
export async function inclusionProof(
  index: number,
  size: number,
  subtree: SubtreeReader,
): Promise<Buffer[]> {
  checkSize(size)
  checkSize(index)
  if (index >= size) throw new RangeError(`A tree of ${size} leaves has no leaf ${index}.`)
  const siblings: Promise<Buffer>[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      siblings.push(rangeHash(middle, end, subtree))
      end = middle
    } else {
      siblings.push(rangeHash(start, middle, subtree))
      start = middle
    }
  }
  return (await Promise.all(siblings)).reverse()
}

/**
 * Returns the proof that the tree of `to` leaves begins with that of `from` leaves (RFC 6962,
 * section 2.1.2). It is empty when both are the same, or `from` is 0. Each complete subtree is read
 * once, and no more of them than the proof needs. Throws a RangeError when `from` exceeds `to`.
 */
export async function consistencyProof(
  from: number,
  to: number,
  subtree: SubtreeReader,
): Promise<Buffer[]> {
  checkSize(from)
  checkSize(to)
  if (from > to) throw new RangeError(`A tree of ${to} leaves does not begin with ${from}.`)
  if (from === 0 || from === to) return []
  const hashes: Promise<Buffer>[] = []
  let [start, end] = [0, to]
  while (end > from) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      hashes.push(rangeHash(middle, end, subtree))
      end = middle
    } else {
      hashes.push(rangeHash(start, middle, subtree))
      start = middle
    }
  }
  // Who verifies knows the root of the old tree already.
  if (start > 0) hashes.push(rangeHash(start, end, subtree))
  return (await Promise.all(hashes)).reverse()
}
