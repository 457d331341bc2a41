import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './hashes.ts'

/** A size of a tree and its root. */
export interface TreeHead {
  size: number
  root: Buffer
}

/**
 * Checks that a leaf hash is at `index`, from 0, of a tree (RFC 9162, section 2.1.3.2). A proof
 * with a hash too many or too few is false.
 */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  tree: TreeHead,
  proof: readonly Buffer[],
): boolean {
  if (!isTree(tree) || !areHashes([leaf, ...proof])) return false
  if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size) return false
  let node = index
  let last = tree.size - 1
  let root = leaf
  for (const hash of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      root = nodeHash(hash, root)
      // At the right edge a node has no sibling until it is a right child.
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else root = nodeHash(root, hash)
    node = half(node)
    last = half(last)
  }
  return last === 0 && root.equals(tree.root)
}

/**
 * Checks that the newer tree begins with the older one (RFC 9162, section 2.1.4.2). The empty tree
 * begins every tree, by an empty proof. A proof with a hash too many or too few is false.
 */
export function verifyConsistency(
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Buffer[],
): boolean {
  if (!isTree(older) || !isTree(newer) || !areHashes(proof)) return false
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root)
  if (older.size === 0) return proof.length === 0
  if (older.size > newer.size || proof.length === 0) return false
  let node = older.size - 1
  let last = newer.size - 1
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  // The old tree is one complete subtree: its root is where the proof begins.
  const hashes = node === 0 ? [older.root, ...proof] : proof
  let oldRoot = hashes[0]!
  let newRoot = oldRoot
  for (const hash of hashes.slice(1)) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(hash, oldRoot)
      newRoot = nodeHash(hash, newRoot)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else newRoot = nodeHash(newRoot, hash)
    node = half(node)
    last = half(last)
  }
  return last === 0 && oldRoot.equals(older.root) && newRoot.equals(newer.root)
}

function half(count: number): number {
  return Math.floor(count / 2)
}

function isTree({ size, root }: TreeHead): boolean {
  if (!Number.isSafeInteger(size) || size < 0 || !areHashes([root])) return false
  return size > 0 || root.equals(EMPTY_ROOT)
}

function areHashes(hashes: readonly Buffer[]): boolean {
  return hashes.every(({ length }) => length === HASH_BYTES)
}
