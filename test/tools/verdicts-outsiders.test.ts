import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import type { LogEvent } from '../../src/contract/events.ts'
import { hashRecord } from '../../src/store/records/record.ts'
import { createSigner, type Signer } from '../../src/tlog/keys.ts'
import { suite } from '../support/suite.ts'
import {
  bothVerdicts,
  cosigned,
  EARLIER,
  LATER,
  makeConfirmedHome,
  noteOf,
  OTHER,
  RECORDS,
  WITNESS,
  writeHomeFiles,
} from './support/confirmed-home.ts'
import { eventKeyOf, eventsOf, put, recordsOf, STRANGER, witness } from './support/signed-home.ts'
import { timestampOf } from './support/timestamp.ts'
import { pythonMissing } from './support/verify-py.ts'

const ANOTHER = recordsOf(eventsOf(19, STRANGER))
/** The signature of the witness, moved to a checkpoint that it has not seen. */
const moved = (): string =>
  noteOf(LATER) + cosigned(noteOf(EARLIER), WITNESS).split('\n').slice(-2).join('\n')

const NEVER = createSigner('cosignature', 'never.example', Buffer.alloc(32, 5))

type Files = Parameters<typeof writeHomeFiles>[1]
type Change = Files | ((home: string) => Promise<void>)

/** Changes that both must notice, in the same words and of the same file. */
const CHANGES: [what: string, change: Change, found: string, witnesses?: Signer[]][] = [
  [
    'a cosignature of other bytes',
    { [`cosignatures/${LATER}.txt`]: moved() },
    `checkpointForged cosignatures/${LATER}.txt`,
  ],
  [
    'a checkpoint that somebody else has signed',
    { 'cosignatures/5.txt': cosigned(noteOf(5, RECORDS, STRANGER), OTHER) },
    'checkpointForged cosignatures/5.txt',
  ],
  [
    'a checkpoint of another history, signed by the key of the log',
    { [`cosignatures/${EARLIER}.txt`]: cosigned(noteOf(EARLIER, ANOTHER), WITNESS) },
    `rootWrong cosignatures/${EARLIER}.txt`,
  ],
  [
    'a checkpoint under the name of another size',
    { 'cosignatures/7.txt': cosigned(noteOf(EARLIER), WITNESS) },
    'checkpointForged cosignatures/7.txt',
  ],
  [
    'bytes that are no text',
    { 'cosignatures/7.txt': Buffer.of(0xff, 0xfe) },
    'checkpointForged cosignatures/7.txt',
  ],
  ['a witness that has never cosigned', {}, 'checkpointForged null', [NEVER]],
  [
    'a timestamp of other bytes',
    { [`timestamps/${LATER}.tsr`]: timestampOf(noteOf(EARLIER)) },
    `timestampWrong timestamps/${LATER}.tsr`,
  ],
  [
    'a timestamp of the checkpoint with a further line feed',
    { [`timestamps/${LATER}.tsr`]: timestampOf(`${noteOf(LATER)}\n`) },
    `timestampWrong timestamps/${LATER}.tsr`,
  ],
  [
    'an answer that grants no timestamp',
    { [`timestamps/${LATER}.tsr`]: timestampOf(noteOf(LATER), 2) },
    `timestampWrong timestamps/${LATER}.tsr`,
  ],
  [
    'bytes behind a timestamp',
    {
      [`timestamps/${LATER}.tsr`]: Buffer.concat([timestampOf(noteOf(LATER)), Buffer.of(0)]),
    },
    `timestampWrong timestamps/${LATER}.tsr`,
  ],
  [
    'a timestamp without its checkpoint',
    { [`timestamps/${LATER}.checkpoint`]: undefined },
    `timestampWrong timestamps/${LATER}.tsr`,
  ],
  [
    'a log that was rolled back alone',
    async (home) => {
      const cut = await makeConfirmedHome(RECORDS.slice(0, 8))
      for (const name of ['log', 'log.witness']) {
        await rm(`${home}/${name}`, { recursive: true })
        await cp(`${cut}/${name}`, `${home}/${name}`, { recursive: true })
      }
      await rm(cut, { recursive: true })
    },
    `eventMissing cosignatures/${LATER}.txt`,
  ],
  [
    'a log that is not signed, beside what outsiders have confirmed',
    async (home) => {
      const changed = eventsOf(20).map((event) =>
        event.position === 2 ? { ...event, type: 'desktop.locked', data: {} } : event,
      )
      const records = recordsOf(changed as LogEvent[])
      const head = { position: records.length, hash: hashRecord(records.at(-1) as string) }
      await put(home, {
        ...Object.fromEntries(records.map((record, i) => [eventKeyOf(i + 1), record])),
        'meta/checkpoint': undefined,
        'meta/head': JSON.stringify(head),
      })
      await witness(home, records)
    },
    `checkpointForged cosignatures/${EARLIER}.txt`,
  ],
]

/**
 * The codes of findings. A checkpoint that is not signed by its key need not be compared with the
 * events.
 */
function words(findings: readonly { code: string }[]): string[] {
  const codes = new Set(findings.map(({ code }) => code))
  if (codes.has('checkpointForged')) codes.delete('rootWrong')
  return [...codes].sort()
}

suite('both verifiers of what outsiders have confirmed', (test) => {
  let original: string
  test.before(async () => {
    original = await makeConfirmedHome()
  })
  test.after(() => rm(original, { recursive: true, force: true }))

  for (const [what, change, found, witnesses] of CHANGES)
    test.unless(pythonMissing(), `notice ${what}, and say where`, async () => {
      const apply =
        typeof change === 'function' ? change : (home: string) => writeHomeFiles(home, change)
      const { own, python } = await bothVerdicts(original, apply, witnesses)
      const placed = ({ code, file }: { code: string; file: string | null }): string =>
        `${code} ${file}`
      assert.ok(own.findings.map(placed).includes(found), JSON.stringify(own.findings))
      assert.ok(python.findings.map(placed).includes(found), JSON.stringify(python.findings))
      assert.deepEqual(words(python.findings), words(own.findings))
    })

  test.unless(
    pythonMissing(),
    'say who has confirmed what, and whose key is not known',
    async () => {
      const { own, python } = await bothVerdicts(original, async () => {})
      assert.deepEqual([words(own.findings), python.findings], [[], []])
      assert.deepEqual([own.checked.cosignatures, own.checked.timestamps], [2, 1])
      assert.deepEqual(
        own.confirmations.map(({ kind, name, size, isVerified }) => [kind, name, size, isVerified]),
        [
          ['witness', 'witness.example', LATER, true],
          ['witness', 'other.example', LATER, false],
          ['timestampAuthority', null, LATER, false],
        ],
      )
      assert.equal(own.confirmations[0]?.at, '2027-01-15T08:00:00.000Z')
      assert.match(
        python.good.join('\n'),
        /over 9 events was cosigned by the witness witness\.exam/,
      )
      assert.match(python.notes.join('\n'), /9 events has a cosignature of other\.example/)
      assert.match(python.good.join('\n'), /timestamps\/9\.tsr is about this checkpoint/)
    },
  )

  test.unless(pythonMissing(), 'look for timestamps in files, and nowhere else', async () => {
    const { own, python } = await bothVerdicts(original, (home) =>
      put(home, { [`timestamp/${String(LATER).padStart(16, '0')}`]: 'nobody writes this' }),
    )
    assert.deepEqual([words(own.findings), python.findings], [[], []])
  })
})
