import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import { encodeRecord, GENESIS, hashRecord } from '../../src/store/records/record.ts'
import { projectionsEntry } from '../../src/store/views/stored-projections.ts'
import { suite } from '../support/suite.ts'
import { bothVerdicts, writeHomeFiles } from './support/confirmed-home.ts'
import {
  checkpointOf,
  entriesOf,
  eventsOf,
  KEY,
  makeHome,
  put,
  RECORDING,
  recordsOf,
  SEGMENT,
  witness,
} from './support/signed-home.ts'
import { codesOf, pythonMissing } from './support/verify-py.ts'

const EVENTS = eventsOf(260)
const RECORDS = recordsOf(EVENTS)
const SEGMENT_DATA = EVENTS[4]!.data as Record<string, unknown>

type Change = (home: string) => Promise<void>

/** A log that the owner of the key has written anew, each record by `write`. */
function rewritten(write: (record: string, position: number) => string): Change {
  let previous = GENESIS
  const records = EVENTS.map((event) => {
    const record = write(encodeRecord(previous, event), event.position)
    previous = hashRecord(record)
    return record
  })
  return async (home) => {
    await put(home, entriesOf(records, KEY))
    await witness(home, records)
  }
}

/** Replaces a part of the record at position 10, which has no recording. */
const inRecord = (part: string | RegExp, by: string): Change =>
  rewritten((record, position) => (position === 10 ? record.replace(part, by) : record))

/** A log whose events at some positions are others, signed by the owner of the key. */
function withEvents(changed: Record<number, object>): Change {
  const events = EVENTS.map((one) => ({ ...one, ...changed[one.position] }) as LogEvent)
  return rewritten((record, position) => {
    const event = JSON.stringify(events[position - 1])
    return `${record.slice(0, record.indexOf('"event":'))}"event":${event}}`
  })
}

const closed = (data: object): object => ({ data: { ...SEGMENT_DATA, ...data } })
const later = (type: string, data: object): object => ({
  ...{ recordingId: RECORDING, version: 6, type, data },
})
const without =
  (change: Change, file = SEGMENT): Change =>
  async (home) => {
    await change(home)
    await rm(join(home, file))
  }
const subtree = (index: string): string => `tree/08/${index}`

/** Changes that need no key, and those of somebody who has it. */
const CHANGES: [what: string, change: Change, found: string][] = [
  ['a layout of later', (home) => put(home, { 'meta/schema': '3' }), 'layoutUnknown'],
  ['no layout', (home) => put(home, { 'meta/schema': undefined }), 'layoutUnknown'],
  [
    'a stored hash of events that never were',
    (home) => put(home, { [subtree('5'.padStart(16, '0'))]: '0'.repeat(64) }),
    'treeWrong',
  ],
  [
    'a stored hash under no place of the tree',
    (home) => put(home, { [subtree('x')]: '0'.repeat(64) }),
    'treeWrong',
  ],
  [
    'a kept checkpoint under no size',
    (home) => put(home, { 'checkpoint/5': checkpointOf(RECORDS.slice(0, 5), KEY) }),
    'checkpointForged',
  ],
  ['a head that is null', (home) => put(home, { 'meta/head': 'null' }), 'headWrong'],
  [
    'a witness of a position before the first',
    (home) => writeFile(join(home, 'log.witness'), `{"position":-1,"hash":"${'1'.repeat(64)}"}`),
    'witnessWrong',
  ],
  ['a view with another checksum', (home) => put(home, { 'view/list/x': 'changed' }), 'viewWrong'],
  [
    'a folder in the place of a cosigned checkpoint',
    async (home) => void (await mkdir(join(home, 'cosignatures/5.txt'), { recursive: true })),
    'checkpointForged',
  ],
  [
    'a folder in the place of a timestamp',
    async (home) => {
      const note = checkpointOf(RECORDS.slice(0, 5), KEY)
      await writeHomeFiles(home, { 'timestamps/5.checkpoint': note })
      await mkdir(join(home, 'timestamps/5.tsr'))
    },
    'timestampWrong',
  ],
  ['a record with a space', inRecord('"event":{', '"event": {'), 'eventUnreadable'],
  ['a record with another member', inRecord('{"prev"', '{"PREV"'), 'eventUnreadable'],
  ['a record with another end', inRecord(/\}\}$/, '} '), 'eventUnreadable'],
  ['an event by nobody', inRecord(/"by":\{[^}]*\},/, ''), 'eventUnreadable'],
  ['an event without data', inRecord('"data":{}', '"data":null'), 'eventUnreadable'],
  ['an event with a number that JSON has not', inRecord('{}', '{"n":NaN}'), 'eventUnreadable'],
  ['an event whose type is a number', withEvents({ 10: { type: 5 } }), 'eventUnreadable'],
  ['a version that is no number', withEvents({ 3: { version: true } }), 'factMissing'],
  [
    'a value of another event in a member that is not sealed',
    withEvents({ 10: { data: { more: { $sealed: 'AAAA', at: 4 } } } }),
    'valueWrong',
  ],
  [
    'a missing segment whose number was discarded before',
    without(
      withEvents({
        5: { type: 'segment.discarded', data: { medium: 'mic', number: 1 } },
        10: later('segment.closed', SEGMENT_DATA),
      }),
    ),
    'segmentMissing',
  ],
  [
    'a missing segment whose number was closed again',
    async (home) => {
      await withEvents({ 10: later('segment.closed', { ...SEGMENT_DATA, file: 'other.ogg' }) })(
        home,
      )
      await writeHomeFiles(home, {
        [join('recordings', RECORDING, 'other.ogg')]: 'This stands for a sealed file.',
      })
      await rm(join(home, SEGMENT))
    },
    'segmentMissing',
  ],
  [
    'a missing remnant of a segment that was discarded later',
    without(
      withEvents({
        5: closed({ remnant: { file: 'mic.remnant-5', sha256: 'a'.repeat(64), at: 5 } }),
        10: later('segment.discarded', { medium: 'mic', number: 1 }),
      }),
    ),
    'segmentMissing',
  ],
  ['a segment without a file', withEvents({ 5: closed({ file: undefined }) }), 'segmentMissing'],
  [
    'a segment by a roundabout path',
    withEvents({ 5: closed({ file: `../${RECORDING}/mic-000001.ogg.age` }) }),
    'segmentMissing',
  ],
  [
    'a segment in a folder that is none of a recording',
    withEvents({
      5: { type: 'desktop.locked', recordingId: RECORDING, data: {} },
      10: { type: 'segment.closed', recordingId: '..', version: 1, data: SEGMENT_DATA },
    }),
    'segmentMissing',
  ],
  [
    'a segment of no recording',
    withEvents({ 10: { type: 'segment.closed', data: { ...SEGMENT_DATA, file: 'x' } } }),
    'segmentMissing',
  ],
]

suite('both verifiers of the form of a home', (test) => {
  const missing = pythonMissing()
  let original: string
  test.before(async () => {
    original = await makeHome(RECORDS)
  })
  test.after(() => rm(original, { recursive: true, force: true }))

  for (const [what, change, found] of CHANGES)
    test.unless(missing, `notice ${what}, and call it the same`, async () => {
      const { own, python } = await bothVerdicts(original, change, [])
      assert.deepEqual([...new Set(own.findings.map(({ code }) => code))], [found])
      assert.deepEqual(codesOf(python), [found])
    })

  test.unless(missing, 'expect no file where a folder of confirmations is none', async () => {
    const change: Change = (home) => writeFile(join(home, 'cosignatures'), 'x')
    const { own, python } = await bothVerdicts(original, change, [])
    assert.deepEqual([own.findings, codesOf(python)], [[], []])
  })

  test('give a verdict on an event that no view can take in', async () => {
    const { own } = await bothVerdicts(
      original,
      async (home) => {
        await withEvents({ 6: { data: { tags: null } } })(home)
        const { key, value } = projectionsEntry(RECORDS.length)
        await put(home, { [key]: value })
      },
      [],
    )
    assert.equal(own.findings[0]?.code, 'eventUnreadable')
  })
})
