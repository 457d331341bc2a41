import assert from 'node:assert/strict'
import type { CheckpointSource, SignedCheckpoint } from '../../../../src/audit/outsiders/port.ts'
import { encodeCheckpoint } from '../../../../src/tlog/checkpoint.ts'
import { createSigner } from '../../../../src/tlog/keys.ts'
import { signNote } from '../../../../src/tlog/note.ts'
import { consistencyProof } from '../../../../src/tlog/proofs.ts'
import { StoredTree } from '../../../tlog/support/tree.ts'

/** The origin of the log of the tests. */
export const ORIGIN = 'log.example'

const signer = createSigner('ed25519', ORIGIN, Buffer.alloc(32, 1))

/** The log of the tests, as whoever verifies it knows it. */
export const LOG = { origin: ORIGIN, keys: [signer.verifier] }

/** A log that signs a checkpoint of each size. */
export class GrowingLog implements CheckpointSource {
  readonly tree: StoredTree

  /** Logs of another word hold other records. */
  constructor(size: number, word?: string) {
    this.tree = new StoredTree(word).grow(size)
  }

  grow(size: number): void {
    this.tree.grow(size)
  }

  async checkpoint(): Promise<SignedCheckpoint | undefined> {
    if (this.tree.frontier.size === 0) return undefined
    return this.checkpointAt(this.tree.frontier.size)
  }

  checkpointAt(size: number): SignedCheckpoint {
    const root = this.tree.roots[size]!
    const text = encodeCheckpoint({ origin: ORIGIN, size, root, extensions: [] })
    return { size, note: signNote(text, [signer]) }
  }

  async consistency(from: number, to: number): Promise<Buffer[]> {
    assert.ok(from > 0 && from < to, `${from} to ${to}`)
    return consistencyProof(from, to, this.tree.subtrees(to))
  }
}
