import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Frontier } from '../../src/tlog/frontier.ts'
import { EMPTY_ROOT, leafHash, nodeHash } from '../../src/tlog/hashes.ts'
import { consistencyProof, inclusionProof } from '../../src/tlog/proofs.ts'
import { rootAt, splitOf } from '../../src/tlog/subtrees.ts'
import { subtreesFromTiles, type Tile } from '../../src/tlog/tiles.ts'
import { verifyConsistency, verifyInclusion } from '../../src/tlog/verify-proofs.ts'
import { suite } from '../support/suite.ts'
import { StoredTree } from './support/tree.ts'
import { goVectors } from './support/vectors.ts'

const MOST = 70

/** The roots of the reference implementation of Certificate Transparency, for its eight leaves. */
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
CT_LEAVES.push('606162636465666768696a6b6c6d6e6f')
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** The tree hash as RFC 6962, section 2.1, defines it. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest()
  if (leaves.length === 1) return leaves[0]!
  let split = 1
  while (2 * split < leaves.length) split *= 2
  return nodeHash(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)))
}

/** Every proof that differs from this one by one hash: another, missing, doubled or surplus. */
function mutations(proof: readonly Buffer[]): Buffer[][] {
  const other = Buffer.alloc(32, 7)
  const result = [
    [...proof, other],
    [other, ...proof],
    [...proof, EMPTY_ROOT],
  ]
  for (let at = 0; at < proof.length; at++) {
    const changed = Buffer.from(proof[at]!)
    changed[at % 32]! ^= 1
    result.push(proof.toSpliced(at, 1, changed), proof.toSpliced(at, 1))
    result.push(proof.toSpliced(at, 0, proof[at]!), proof.toSpliced(at, 1, proof[at]!.subarray(1)))
    // A hash with a byte too many, which must not be cut off.
    result.push(proof.toSpliced(at, 1, Buffer.concat([proof[at]!, Buffer.of(0)])))
    if (at > 0) result.push(proof.toSpliced(at - 1, 2, proof[at]!, proof[at - 1]!))
  }
  return result
}

const buffers = (hashes: readonly string[]): Buffer[] =>
  hashes.map((hash) => Buffer.from(hash, 'base64'))
const digestOf = (proofs: readonly Buffer[][]): string => {
  const digest = createHash('sha256')
  for (const proof of proofs) digest.update(`${proof.length}\n`).update(Buffer.concat(proof))
  return digest.digest('hex')
}

suite('the tree of a log', (test) => {
  const tree = new StoredTree().grow(MOST)
  const vectors = goVectors()

  test('hashes and roots are those of RFC 6962', () => {
    assert.equal(
      EMPTY_ROOT.toString('hex'),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    )
    const record = Buffer.alloc(10_000, 'x')
    const expected = createHash('sha256').update(Buffer.of(0)).update(record).digest()
    assert.deepEqual(leafHash(record), expected)
    const frontier = new Frontier()
    CT_LEAVES.forEach((leaf, i) => {
      frontier.append(leafHash(Buffer.from(leaf, 'hex')))
      assert.equal(frontier.root().toString('hex'), CT_ROOTS[i])
    })
  })

  test('every root and proof equals those of Go', async () => {
    for (let size = 0; size <= MOST; size++) {
      const subtree = tree.subtrees(size)
      const root = tree.roots[size]!
      // Go has no hash for the empty tree.
      if (size > 0) assert.equal(root.toString('base64'), vectors.roots[size])
      assert.deepEqual(await rootAt(size, subtree), root)
      assert.deepEqual(definedRoot(tree.leaves.slice(0, size)), root)
      const indexes = Array.from({ length: size }, (_, i) => i)
      const inclusion = await Promise.all(indexes.map((i) => inclusionProof(i, size, subtree)))
      assert.equal(digestOf(inclusion), vectors.inclusionDigests[size])
      const consistency = await Promise.all(
        indexes.map((i) => consistencyProof(i + 1, size, subtree)),
      )
      assert.equal(digestOf(consistency), vectors.consistencyDigests[size])
    }
    for (const { a, b, hashes } of vectors.inclusion)
      assert.deepEqual(await inclusionProof(a, b, tree.subtrees(b)), buffers(hashes))
    for (const { a, b, hashes } of vectors.consistency)
      assert.deepEqual(await consistencyProof(a, b, tree.subtrees(b)), buffers(hashes))
  })

  test('a proof shows its own leaf, and no other proof does', async () => {
    for (let size = 1; size <= MOST; size++) {
      const head = { size, root: tree.roots[size]! }
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(index, size, tree.subtrees(size))
        const leaf = tree.leaves[index]!
        assert.ok(verifyInclusion(leaf, index, head, proof))
        for (const wrong of mutations(proof))
          assert.ok(!verifyInclusion(leaf, index, head, wrong), `leaf ${index} of ${size}`)
        assert.ok(!verifyInclusion(nodeHash(leaf, leaf), index, head, proof))
        assert.ok(!verifyInclusion(leaf, index + 1, head, proof))
        assert.ok(!verifyInclusion(leaf, index - 1, head, proof))
        assert.ok(!verifyInclusion(leaf, index, { size, root: EMPTY_ROOT }, proof))
        assert.ok(!verifyInclusion(leaf, index, { ...head, size: 2 * size + 1 }, proof))
      }
    }
  })

  test('a proof shows that a tree has only grown, and no other proof does', async () => {
    for (let to = 0; to <= MOST; to++) {
      const newer = { size: to, root: tree.roots[to]! }
      for (let from = 0; from <= to; from++) {
        const older = { size: from, root: tree.roots[from]! }
        const proof = await consistencyProof(from, to, tree.subtrees(to))
        assert.ok(verifyConsistency(older, newer, proof))
        for (const wrong of mutations(proof))
          assert.ok(!verifyConsistency(older, newer, wrong), `${from} to ${to}`)
        const other = Buffer.alloc(32, 9)
        assert.ok(!verifyConsistency({ ...older, root: other }, newer, proof))
        // The empty tree says nothing about the one that follows.
        if (from > 0)
          assert.ok(!verifyConsistency(older, { ...newer, root: other }, proof), `${from}, ${to}`)
        if (from < to) assert.ok(!verifyConsistency(newer, older, proof))
      }
    }
  })

  test('a head that was made to fit a proof of another length is refused', () => {
    const [leaf, other] = [tree.leaves[0]!, Buffer.alloc(32, 7)]
    const older = { size: 2, root: tree.roots[2]! }
    const root = nodeHash(leaf, other)
    assert.ok(verifyInclusion(leaf, 0, { size: 2, root }, [other]))
    for (const size of [1, 3, 4]) assert.ok(!verifyInclusion(leaf, 0, { size, root }, [other]))
    assert.ok(!verifyInclusion(leaf, 0, { size: 1, root: nodeHash(other, leaf) }, [other]))
    const grown = nodeHash(older.root, other)
    assert.ok(verifyConsistency(older, { size: 4, root: grown }, [other]))
    for (const size of [5, 8]) assert.ok(!verifyConsistency(older, { size, root: grown }, [other]))
  })

  test('a proof is made of the fewest subtrees, and none is read twice', async () => {
    const bits = (size: number): number => size.toString(2).replaceAll('0', '').length
    for (let size = 1; size <= MOST; size++) {
      tree.asked.length = 0
      await rootAt(size, tree.subtrees(size))
      assert.equal(tree.asked.length, bits(size))
      for (let index = 0; index < size; index++) {
        for (const prove of [inclusionProof, consistencyProof]) {
          tree.asked.length = 0
          const proof = await prove(index, size, tree.subtrees(size))
          assert.equal(new Set(tree.asked).size, tree.asked.length)
          // All but the right edge are complete subtrees: one read for each of their hashes.
          assert.ok(tree.asked.length <= Math.max(0, proof.length - 1) + bits(size))
        }
      }
    }
  })

  test('there is no proof of what no tree holds', async () => {
    const subtree = tree.subtrees(MOST)
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [0, 2 ** 53],
    ] as const)
      await assert.rejects(inclusionProof(index, size, subtree), RangeError)
    await assert.rejects(consistencyProof(6, 5, subtree), RangeError)
    await assert.rejects(consistencyProof(-1, 5, subtree), RangeError)
    await assert.rejects(rootAt(-1, subtree), RangeError)
  })

  test('the largest sizes are split exactly', () => {
    for (let height = 1; height < 53; height++) {
      assert.equal(splitOf(2 ** height), 2 ** (height - 1))
      assert.equal(splitOf(2 ** height + 1), 2 ** height)
      if (height > 1) assert.equal(splitOf(2 ** height - 1), 2 ** (height - 1))
    }
  })

  test('66,000 records: few subtrees are stored, and each proof reads few tiles', async () => {
    const { large } = vectors
    const big = new StoredTree().grow(large.size, false)
    assert.equal(big.frontier.root().toString('base64'), large.root)
    assert.deepEqual(big.stored.size, Math.floor(large.size / 256) + Math.floor(large.size / 65536))
    const subtree = big.subtrees(large.size)
    const inclusion = await inclusionProof(large.index, large.size, subtree)
    assert.deepEqual(inclusion, buffers(large.inclusion))
    const aroundTheLeaf = ['0/12288+256', '8/0+256']
    const rightEdge = ['0/65792+208', '8/256+1']
    assert.deepEqual(big.reads.sort(), [...aroundTheLeaf, ...rightEdge].sort())
    const consistency = await consistencyProof(large.from, large.size, big.subtrees(large.size))
    assert.deepEqual(consistency, buffers(large.consistency))
    const reopened = await Frontier.open(large.size, big.subtrees(large.size))
    assert.deepEqual(reopened.root(), big.frontier.root())
    assert.equal(reopened.size, large.size)
    await assert.rejects(
      rootAt(
        300,
        subtreesFromTiles(300, async () => []),
      ),
      /are stored/,
    )
  })

  test('proofs of a tree that has grown read only what no proof has read before', async () => {
    const tree = new StoredTree().grow(1_500)
    const cache = new Map<string, Tile>()
    for (const size of [600, 700, 1_500]) {
      const proof = await inclusionProof(3, size, tree.subtrees(size, cache))
      assert.deepEqual(
        proof,
        await inclusionProof(3, size, new StoredTree().grow(size).subtrees(size)),
      )
    }
    const rightEdges = ['0/512+88', '0/600+100', '0/1280+220']
    const subtrees = ['8/0+2', '8/2+3']
    assert.deepEqual(tree.reads.sort(), ['0/0+256', ...rightEdges, ...subtrees].sort())
    // Two proofs at once read the rest of the same tile, one of them more of it.
    const other = new Map<string, Tile>()
    const at = (size: number) => inclusionProof(500, size, tree.subtrees(size, other))
    await at(1_290)
    const proofs = await Promise.all([at(1_300), at(1_500)])
    for (const [i, size] of [1_300, 1_500].entries())
      assert.deepEqual(proofs[i], await inclusionProof(500, size, tree.subtrees(size)))
  })

  test('a frontier that was opened again grows like one that was not', async () => {
    const other = new StoredTree().grow(1100)
    for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 700, 768, 1023, 1024]) {
      const frontier = await Frontier.open(size, other.subtrees(size))
      assert.deepEqual(frontier.root(), other.roots[size])
      for (let at = size; at < 1100; at++) {
        for (const { height, index, hash } of frontier.append(other.leaves[at]!))
          assert.deepEqual(hash, other.stored.get(`${height}/${index}`))
        assert.deepEqual(frontier.root(), other.roots[at + 1])
      }
    }
  })
})
