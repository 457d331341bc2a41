import assert from 'node:assert/strict'
import { Confirmations } from '../../../src/audit/bundle/confirmations.ts'
import type { KeptConfirmations } from '../../../src/audit/bundle/port.ts'
import { parseCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { parseNote } from '../../../src/tlog/note.ts'
import { consistencyProof } from '../../../src/tlog/proofs.ts'
import { suite } from '../../support/suite.ts'
import { cosigned, noteOf, OTHER, RECORDS, WITNESS } from '../../tools/support/confirmed-home.ts'
import {
  eventsOf,
  KEY,
  RECORDING,
  recordsOf,
  STRANGER,
  subtreesOf,
  vkeyOf,
} from '../../tools/support/signed-home.ts'
import { timestampOf } from '../../tools/support/timestamp.ts'

/** The recording has the events 3 to 7; the last one is its closing. */
const CLOSED = 7
const SIZE = RECORDS.length
const NOTE_AT = '2026-11-29T09:00:00.000Z'

interface Kept {
  cosigned?: Record<number, string>
  timestamps?: Record<number, { note: string; isOfNote?: boolean; at?: string | null }>
}

const sizesOf = (kept: object): number[] =>
  Object.keys(kept)
    .map(Number)
    .sort((a, b) => b - a)

function keptOf({ cosigned: notes = {}, timestamps = {} }: Kept): KeptConfirmations {
  return {
    cosigned: { sizes: async () => sizesOf(notes), read: async (size) => notes[size] },
    timestamps: {
      sizes: async () => sizesOf(timestamps),
      read: async (size) => {
        const one = timestamps[size]
        if (one === undefined) return undefined
        const timestamp = timestampOf(one.note)
        return { isOfNote: true, at: NOTE_AT, ...one, timestamp }
      },
    },
  }
}

/** Makes the files of a bundle whose checkpoint covers the whole log. */
async function filesOf(kept: Kept, events = eventsOf(20)) {
  const confirmations = new Confirmations({
    kept: keptOf(kept),
    proofs: {
      checkpoint: { note: noteOf(SIZE) },
      keys: [{ position: 2, key: vkeyOf(KEY) }],
      inclusions: async () => [],
      consistency: (from, to) => consistencyProof(from, to, subtreesOf(RECORDS)),
    },
    head: parseCheckpoint(parseNote(noteOf(SIZE)).text),
    events: events.filter(({ recordingId }) => recordingId === RECORDING),
  })
  const names: string[] = []
  for await (const { name } of confirmations.files()) names.push(name)
  const { confirmed, findings } = confirmations
  const confirmedBy = confirmed.map(({ kind, name, size, covered }) => [kind, name, size, covered])
  return { names, confirmedBy, confirmed, findings }
}

suite('the confirmations of a bundle', (test) => {
  test('without any answer of an outsider there are none', async () => {
    const { names, confirmed, findings } = await filesOf({})
    assert.deepEqual([names, confirmed, findings], [[], [], []])
  })

  test('each witness is shown with its first checkpoint over the closing', async () => {
    const { names, confirmedBy, confirmed, findings } = await filesOf({
      cosigned: {
        6: cosigned(noteOf(6), WITNESS),
        9: cosigned(noteOf(9), WITNESS),
        11: cosigned(noteOf(11), WITNESS),
        14: cosigned(noteOf(14), WITNESS, OTHER),
        16: cosigned(noteOf(16), OTHER),
      },
    })
    assert.deepEqual(findings, [])
    assert.deepEqual(names, [
      ...['cosigned/9.txt', 'consistency/9.txt', 'cosigned/14.txt', 'consistency/14.txt'],
    ])
    assert.deepEqual(confirmedBy, [
      ['witness', 'witness.example', 9, 5],
      ['witness', 'other.example', 14, 5],
    ])
    assert.equal(confirmed[0]?.at, '2027-01-15T08:00:00.000Z')
  })

  test('where none covers the closing, the newest that covers a part is taken', async () => {
    const { names, confirmedBy } = await filesOf({
      cosigned: Object.fromEntries(
        [2, 3, 5].map((size) => [size, cosigned(noteOf(size), WITNESS)]),
      ),
      timestamps: { 4: { note: noteOf(4) }, 5: { note: noteOf(5) } },
    })
    assert.deepEqual(confirmedBy, [
      ['witness', 'witness.example', 5, 3],
      ['timestampAuthority', null, 5, 3],
    ])
    // Both need the same proof, which is there once.
    assert.deepEqual(names, [
      ...['cosigned/5.txt', 'consistency/5.txt', 'timestamps/5.checkpoint', 'timestamps/5.tsr'],
    ])
  })

  test('those before the recording, and behind the checkpoint of the bundle, are of no use', async () => {
    const { names } = await filesOf({
      cosigned: { 2: cosigned(noteOf(2), WITNESS), [SIZE + 1]: cosigned(noteOf(SIZE), WITNESS) },
      timestamps: { 1: { note: noteOf(1) } },
    })
    assert.deepEqual(names, [])
  })

  test('the checkpoint of the bundle itself needs no proof', async () => {
    const { names, confirmedBy } = await filesOf({
      cosigned: { [SIZE]: cosigned(noteOf(SIZE), WITNESS) },
    })
    assert.deepEqual(names, [`cosigned/${SIZE}.txt`])
    assert.deepEqual(confirmedBy, [['witness', 'witness.example', SIZE, 5]])
  })

  test('a checkpoint of another history, of somebody else or of none is told, and confirms nothing', async () => {
    const another = recordsOf(eventsOf(19, STRANGER))
    for (const [note, reason] of [
      [noteOf(9, another), /does not begin with it/],
      [noteOf(9, RECORDS, STRANGER), /no signature of a known key|signature .* is wrong/],
      ['no note', /./],
    ] as const) {
      const { confirmed, findings, names } = await filesOf({
        cosigned: { 9: note === 'no note' ? note : cosigned(note, WITNESS) },
        timestamps: { 9: { note } },
      })
      assert.deepEqual(confirmed, [], note)
      assert.deepEqual(
        findings.map((one) => ('file' in one ? [one.kind, one.file] : [one.kind])),
        [
          ['confirmationWrong', 'cosigned/9.txt'],
          ['confirmationWrong', 'timestamps/9.checkpoint'],
        ],
      )
      assert.match((findings[0] as { reason: string }).reason, reason)
      // What is left is evidence, too.
      assert.ok(names.includes('cosigned/9.txt'))
    }
  })

  test('a timestamp of other bytes is left out and told, and the next one is taken', async () => {
    const { names, confirmedBy, findings } = await filesOf({
      timestamps: { 8: { note: noteOf(8), isOfNote: false }, 10: { note: noteOf(10) } },
    })
    assert.deepEqual(findings, [{ kind: 'timestampWrong', file: 'timestamps/8.tsr' }])
    assert.deepEqual(names, [
      ...['timestamps/10.checkpoint', 'timestamps/10.tsr', 'consistency/10.txt'],
    ])
    assert.deepEqual(confirmedBy, [['timestampAuthority', null, 10, 5]])
  })

  test('a timestamp whose time cannot be read has none', async () => {
    const { confirmed } = await filesOf({ timestamps: { 9: { note: noteOf(9), at: null } } })
    assert.equal(confirmed[0]?.at, null)
  })

  test('of an unclosed recording the last event counts', async () => {
    const open = eventsOf(20).filter(({ position }) => position !== CLOSED)
    const { confirmedBy } = await filesOf(
      { cosigned: { 5: cosigned(noteOf(5), WITNESS), 6: cosigned(noteOf(6), WITNESS) } },
      open,
    )
    assert.deepEqual(confirmedBy, [['witness', 'witness.example', 6, 4]])
  })
})
