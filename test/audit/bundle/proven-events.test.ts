import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readCheckpoint } from '../../../src/audit/bundle/opened-checkpoint.ts'
import { ProvenEvents } from '../../../src/audit/bundle/proven-events.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { encodeCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { leafHash } from '../../../src/tlog/hashes.ts'
import { createSigner, encodeVkey } from '../../../src/tlog/keys.ts'
import { signNote } from '../../../src/tlog/note.ts'
import { inclusionProof } from '../../../src/tlog/proofs.ts'
import { rootAt } from '../../../src/tlog/subtrees.ts'
import { subtreesFromTiles } from '../../../src/tlog/tiles.ts'
import { suite } from '../../support/suite.ts'

const NAME = 'f2f-recorder/0123456789abcdef'

type Told = Pick<LogEvent, 'type' | 'version'>

/** Reads a log whose every event is of one recording. `size`: what the checkpoint covers. */
async function readAll(told: Told[], { size = told.length, tamper = 0 } = {}) {
  const records = told.map((event, at) => ({ position: at + 1, record: JSON.stringify(event) }))
  const leaves = records.map(({ record }) => leafHash(Buffer.from(record)))
  const subtree = subtreesFromTiles(size, async (_, first, count) =>
    leaves.slice(first, first + count),
  )
  const head = { size, root: await rootAt(size, subtree) }
  const proven = new ProvenEvents({
    ...{ recordingId: 'rec', head },
    log: {
      events: async ({ after }) =>
        told.slice(after).map((event, at) => ({ ...event, position: after + at + 1 }) as LogEvent),
      records: async ({ after }) =>
        records
          .slice(after)
          .map((one) => (one.position === tamper ? { ...one, record: '{}' } : one)),
      proofs: {
        ...{ checkpoint: undefined, keys: [], consistency: async () => [] },
        inclusions: (positions) =>
          Promise.all(positions.map((at) => inclusionProof(at - 1, size, subtree))),
      },
    },
  })
  let text = ''
  for await (const piece of proven.lines()) text += piece
  return { proven, lines: text.trim().split('\n') }
}

const NO_PROOFS = { inclusions: async () => [], consistency: async () => [] }

const WHOLE: Told[] = [
  { type: 'recording.starting', version: 1 },
  { type: 'command.refused', version: 1 },
  { type: 'recording.closed', version: 2 },
  { type: 'recording.accessed', version: null },
]

suite('the events of a bundle', (test) => {
  test('are all proven, and complete without what changes nothing', async () => {
    const { proven, lines } = await readAll(WHOLE)
    assert.deepEqual([proven.proven, proven.findings, lines.length], [4, [], 4])
  })

  test('are those that the checkpoint covers', async () => {
    const { proven, lines } = await readAll(WHOLE, { size: 3 })
    assert.deepEqual([proven.events.length, proven.findings, lines.length], [3, [], 3])
  })

  test('show which fact is missing, and that the closing is', async () => {
    const { proven } = await readAll([
      { type: 'recording.starting', version: 1 },
      { type: 'recording.tagged', version: 3 },
    ])
    assert.deepEqual(proven.findings, [
      { kind: 'factMissing', position: 2, expected: 2, found: 3 },
      { kind: 'notClosed' },
    ])
  })

  test('show a record that is not the one in the log', async () => {
    const { proven } = await readAll(WHOLE, { tamper: 2 })
    assert.deepEqual([proven.proven, proven.findings], [3, [{ kind: 'notProven', position: 2 }]])
  })
})

suite('the checkpoint of a bundle', (test) => {
  const signers = [1, 2].map(() => createSigner('ed25519', NAME, randomBytes(32)))
  const keys = signers.map(({ verifier }, at) => ({ position: at + 1, key: encodeVkey(verifier) }))
  const [former, newest] = signers as [(typeof signers)[0], (typeof signers)[0]]
  const text = encodeCheckpoint({ origin: NAME, size: 9, root: randomBytes(32), extensions: [] })

  test('names the line with the signature of the newest key, in any order', () => {
    for (const order of [
      [newest, former],
      [former, newest],
    ]) {
      const note = signNote(text, order)
      const { signatureLine, findings, facts } = readCheckpoint({
        ...{ checkpoint: { note }, keys, ...NO_PROOFS },
      })
      assert.deepEqual([findings, facts.size, facts.signers], [[], 9, [NAME]])
      const line = note.split('\n')[signatureLine - 1]
      assert.equal(line, signNote(text, [newest]).split('\n')[4])
    }
  })

  test('that no key of the log has signed is a finding; without any there is no bundle', () => {
    const stranger = createSigner('ed25519', NAME, randomBytes(32))
    const note = signNote(text, [stranger])
    const proofs = { keys, ...NO_PROOFS }
    const { findings } = readCheckpoint({ ...proofs, checkpoint: { note } })
    assert.equal(findings[0]?.kind, 'notSigned')
    assert.throws(
      () => readCheckpoint({ ...proofs, checkpoint: undefined }),
      (error) => error instanceof RecorderError && error.code === 'KEY_UNAVAILABLE',
    )
  })
})
