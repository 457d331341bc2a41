import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyHome } from '../../src/audit/verify/verify-home.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import type { FindingCode } from '../../src/contract/verification.ts'
import { suite } from '../support/suite.ts'
import {
  checkpointOf,
  entriesOf,
  eventKeyOf,
  eventsOf,
  KEY,
  makeHome,
  put,
  recordsOf,
  SEGMENT,
  STRANGER,
  vkeyOf,
  witness,
} from './support/signed-home.ts'
import { codesOf, pythonMissing, verifyPy } from './support/verify-py.ts'

const EVENTS = eventsOf(260)
const RECORDS = recordsOf(EVENTS)
const COUNT = RECORDS.length

/** Changes of a home that both must notice, and in the same words. */
const CHANGES: Record<string, (home: string) => Promise<void>> = {
  'a changed event': (home) =>
    put(home, { [eventKeyOf(9)]: RECORDS[8]!.replace('maria', 'maggi') }),
  'a deleted event': (home) => put(home, { [eventKeyOf(9)]: undefined }),
  'swapped events': (home) =>
    put(home, { [eventKeyOf(9)]: RECORDS[9]!, [eventKeyOf(10)]: RECORDS[8]! }),
  'a cut end': (home) => put(home, { [eventKeyOf(COUNT)]: undefined }),
  'a foreign entry': (home) => put(home, { 'event/x': 'x' }),
  'an unreadable event': (home) => put(home, { [eventKeyOf(COUNT)]: 'x'.repeat(200) }),
  'another head': (home) =>
    put(home, { 'meta/head': JSON.stringify({ position: COUNT, hash: '0'.repeat(64) }) }),
  'another witness': (home) =>
    writeFile(join(home, 'log.witness'), `{"position":3,"hash":"${'1'.repeat(64)}"}`),
  'no checkpoint': (home) => put(home, { 'meta/checkpoint': undefined }),
  'a checkpoint of another key': (home) =>
    put(home, { 'meta/checkpoint': checkpointOf(RECORDS, STRANGER) }),
  'a stored hash of the tree that is wrong': (home) =>
    put(home, { [`tree/08/${'0'.repeat(16)}`]: '0'.repeat(64) }),
  'a missing segment': (home) => rm(join(home, SEGMENT)),
  'an edited segment': (home) => writeFile(join(home, SEGMENT), 'something else'),
  'a log that another key has signed': async (home) => {
    const records = recordsOf(eventsOf(260, STRANGER))
    await put(home, entriesOf(records, STRANGER))
    await witness(home, records)
  },
  'a history of keys that does not hold together': async (home) => {
    const data = { key: vkeyOf(KEY), former: vkeyOf(STRANGER), cause: 'rotated' }
    const changed = { ...EVENTS[99], type: 'signingKey.changed', data } as LogEvent
    const records = recordsOf(EVENTS.map((event, i) => (i === 99 ? changed : event)))
    await put(home, entriesOf(records, KEY))
    await witness(home, records)
  },
}

/** Findings that follow from another one, and that only one of them mentions. */
const FOLLOWING: Partial<Record<FindingCode, readonly FindingCode[]>> = {
  eventMissing: ['chainBroken', 'treeWrong', 'rootWrong'],
  checkpointForged: ['keyUnknown'],
}

suite('both verifiers of a home', (test) => {
  let original: string
  test.before(async () => {
    original = await makeHome(RECORDS)
  })
  test.after(() => rm(original, { recursive: true, force: true }))

  async function verdicts(change: (home: string) => Promise<void>) {
    const home = await mkdtemp(join(tmpdir(), 'f2f-verdicts-'))
    try {
      await cp(original, home, { recursive: true })
      await change(home)
      const python = await verifyPy(home, '--key', vkeyOf(KEY))
      const own = await verifyHome(
        {
          ...{ logFolder: join(home, 'log'), witnessFile: join(home, 'log.witness') },
          recordingsFolder: join(home, 'recordings'),
          cosignaturesFolder: join(home, 'cosignatures'),
          timestampsFolder: join(home, 'timestamps'),
        },
        { trustedKey: vkeyOf(KEY) },
      )
      const words = own.findings.map(({ code }) => code)
      return { own: new Set<string>(words), python: new Set(codesOf(python)) }
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }

  for (const [name, change] of Object.entries(CHANGES))
    test.unless(pythonMissing(), `notice ${name}, and call it the same`, async () => {
      const { own, python } = await verdicts(change)
      assert.notEqual(own.size, 0)
      for (const [code, consequences] of Object.entries(FOLLOWING))
        if (own.has(code))
          for (const one of consequences) for (const set of [own, python]) set.delete(one)
      assert.deepEqual([...python].sort(), [...own].sort())
    })

  test.unless(pythonMissing(), 'find nothing in a good home', async () => {
    const { own, python } = await verdicts(async () => {})
    assert.deepEqual([[...python], [...own]], [[], []])
  })
})
