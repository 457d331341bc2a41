import { notSigned } from '../../contract/audit-key.ts'
import { RecorderError } from '../../contract/errors.ts'
import { consistencyProof, inclusionProof } from '../../tlog/proofs.ts'
import { encodeTlogProof } from '../../tlog/tlog-proof.ts'
import { wrapReadErrors } from '../database.ts'
import type { OpenedLog } from '../opened-log.ts'
import type { LogProofs } from '../port.ts'
import { readStoredRecords, type StoredRecord } from '../read-records.ts'
import { treeHashes } from './tree-hashes.ts'

/** Makes the proofs of a log from its records and the stored hashes of its tree. */
export function createLogProofs(log: () => OpenedLog): LogProofs {
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
      return (stored as StoredRecord).record
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
      return proof as Buffer[]
    },
    async inclusions(positions, size) {
      assertRange(size <= log().head.position)
      assertRange(positions.every((position) => position >= 1 && position <= size))
      const hashes = treeHashes(log().db, size)
      const proofs: Buffer[][] = []
      for (const position of positions)
        proofs.push(await inclusionProof(position - 1, size, hashes))
      return proofs
    },
    async consistency(from, to) {
      assertRange(from >= 0 && from <= to && to <= log().head.position)
      return consistencyProof(from, to, treeHashes(log().db, to))
    },
  }
}

function assertRange(isInLog: boolean): void {
  if (!isInLog) throw new RecorderError('INTERNAL', 'The proof is about events that are not there.')
}
