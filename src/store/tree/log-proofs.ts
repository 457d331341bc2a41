import { BoundedMap } from '../../collections/bounded-map.ts'
import { notSigned } from '../../contract/audit-key.ts'
import { RecorderError } from '../../contract/errors.ts'
import { consistencyProof, inclusionProof } from '../../tlog/proofs.ts'
import type { SubtreeReader } from '../../tlog/subtrees.ts'
import type { Tile } from '../../tlog/tiles.ts'
import { encodeTlogProof } from '../../tlog/tlog-proof.ts'
import { type Database, wrapReadErrors } from '../database/database.ts'
import type { OpenedLog } from '../opened-log.ts'
import type { LogProofs } from '../port.ts'
import { readStoredRecords } from '../records/read-records.ts'
import { treeHashes } from './tree-hashes.ts'

/** Tiles of the tree that are kept: a megabyte or two. A receipt needs three. */
const TILES = 24

/** Makes the proofs of a log from its records and the stored hashes of its tree. */
export function createLogProofs(log: () => OpenedLog): LogProofs {
  const tiles = new WeakMap<Database, BoundedMap<string, Tile>>()
  const hashesAt = (size: number): SubtreeReader => {
    const { db } = log()
    const kept = tiles.get(db) ?? new BoundedMap<string, Tile>(TILES)
    tiles.set(db, kept)
    return treeHashes(db, size, kept)
  }
  return {
    get checkpoint() {
      return log().checkpoint
    },
    get keys() {
      return log().signingKeys
    },
    async record(position) {
      assertRange(position >= 1 && position <= log().head.position)
      const [stored] = await wrapReadErrors(() => readStoredRecords(log(), [position]))
      return stored!.record
    },
    async receipt(position) {
      const { checkpoint } = log()
      if (checkpoint === undefined) throw notSigned()
      const [record, hashes] = await Promise.all([
        this.record(position),
        this.inclusion(position, checkpoint.size),
      ])
      return encodeTlogProof({
        ...{ extra: Buffer.from(record), index: position - 1, hashes },
        checkpoint: checkpoint.note,
      })
    },
    async inclusion(position, size) {
      const [proof] = await this.inclusions([position], size)
      return proof!
    },
    async inclusions(positions, size) {
      assertRange(size <= log().head.position)
      assertRange(positions.every((position) => position >= 1 && position <= size))
      const hashes = hashesAt(size)
      const proofs: Buffer[][] = []
      for (const position of positions)
        proofs.push(await inclusionProof(position - 1, size, hashes))
      return proofs
    },
    async consistency(from, to) {
      assertRange(from >= 0 && from <= to && to <= log().head.position)
      return consistencyProof(from, to, hashesAt(to))
    },
  }
}

function assertRange(isInLog: boolean): void {
  if (!isInLog) throw new RecorderError('INTERNAL', 'The proof is about events that are not there.')
}
