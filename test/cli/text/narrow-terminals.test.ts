import assert from 'node:assert/strict'
import { problemText } from '../../../src/cli/text/problem-text.ts'
import { styleFor } from '../../../src/cli/text/style.ts'
import { type Column, table } from '../../../src/cli/text/table.ts'
import { displayWidth, shorten } from '../../../src/cli/text/text-width.ts'
import { ERRORS, type ErrorCode } from '../../../src/contract/errors.ts'
import { suite } from '../../support/suite.ts'
import { application, recording, tagEntry, track } from '../support/samples.ts'
import { f2f, type Stub, startStub } from '../support/stub.ts'

const ID = '7c1e2a4b-0000-4000-8000-000000000001'
const DEVICE = 'alsa_input.pci-0000_00_1f.3.analog-stereo'
const SCOPES = ['read', 'tag', 'control', 'audit', 'admin']
const AT = '2026-01-31T10:00:00.000Z'
const MESSAGE = 'The microphone is muted in the settings of the desktop, so nothing can be heard.'

const long = recording({
  id: ID,
  startedBy: { side: 'api', client: 'the-crm-of-the-branch-in-the-main-street', user: 'anna' },
  tags: [
    tagEntry('customer', 'a value that takes many more columns than a terminal has '.repeat(2)),
  ],
  tracks: {
    mic: track({
      bytes: 1_240_000,
      device: { id: DEVICE, label: 'Built-in Audio Analog Stereo on the desk of the clerk' },
      warnings: [{ code: 'SOURCE_MUTED', message: MESSAGE, since: AT }],
    }),
    speaker: track(),
    screen: track({ level: null }),
  },
})

const ANSWERS = {
  'GET /v1/recordings?limit=20': { body: { items: [long], nextCursor: 'cursor' } },
  'GET /v1/devices': {
    body: {
      mic: { available: true, devices: [{ id: DEVICE, label: 'Built-in Audio', default: true }] },
      speaker: { available: false, reason: MESSAGE, devices: [] },
    },
  },
  'GET /v1/tokens': {
    body: {
      items: [{ id: ID, name: 'a-name-that-is-long', scopes: SCOPES, createdAt: AT }],
      nextCursor: null,
    },
  },
  'GET /v1/application': {
    body: application({
      state: 'Recording',
      recording: { id: ID, state: 'Active' },
      errors: [{ code: 'SOURCE_MUTED', medium: 'mic', message: MESSAGE, since: AT }],
    }),
  },
  'GET /v1/recordings/current': { body: long },
  'GET /v1/readiness': {
    body: { checks: [{ id: 'level', medium: 'mic', result: 'warn', detail: MESSAGE }] },
  },
  [`GET /v1/recordings/${ID}/events?limit=1000`]: {
    body: {
      items: [
        {
          ...{ position: 1, at: AT, type: 'recording.starting', recordingId: ID, version: 1 },
          by: { side: 'api', client: 'home', user: 'anna' },
          data: { media: ['mic', 'screen'], devices: { mic: DEVICE, screen: ':0' } },
        },
      ],
      nextCursor: null,
    },
  },
}

/** Command lines, each with texts that no terminal may shorten. */
const COMMANDS: Record<string, string[]> = {
  list: [ID, '2026-01-31'],
  devices: [DEVICE],
  'token list': [ID, SCOPES.join(',')],
  [`events ${ID}`]: ['recording.starting', '7c1e2a4b', 'api/home'],
  status: [ID, 'SOURCE_MUTED', 'recording'],
  doctor: ['mic level', 'heard.'],
}

suite('narrow terminals', (test) => {
  let stub: Stub
  test.before(async () => {
    stub = await startStub(ANSWERS)
  })
  test.after(() => stub.close())

  for (const [line, whole] of Object.entries(COMMANDS)) {
    const show = async (columns?: number) =>
      (await f2f(line.split(' '), { home: stub.home, ...(columns && { columns }) })).stdout

    test(`f2f ${line.replace(ID, 'ID')} fits 40, 60 and 80 columns`, async () => {
      for (const columns of [40, 60, 80]) {
        const shown = await show(columns)
        // A single word, such as an id or a path, is not broken.
        const tooLong = shown
          .split('\n')
          .filter((text) => text.length > columns && /\S\s+\S/.test(text.replace('*', '').trim()))
        assert.deepEqual(tooLong, [], `${columns} columns`)
        for (const text of whole) assert.ok(shown.includes(text), `${columns} columns: ${text}`)
      }
    })

    test(`f2f ${line.replace(ID, 'ID')} shortens nothing for a pipe or a file`, async () => {
      const shown = await show()
      assert.doesNotMatch(shown, /…/)
      if (line === 'list') assert.match(shown, /the-main-street .*mic,speaker,screen +1$/m)
      if (line === 'status')
        assert.match(shown, /desk of the clerk\n[\s\S]*than a terminal has +\d/)
      if (line.startsWith('events')) assert.match(shown, /api\/home {2}\{.*"screen":":0"\}\}$/m)
    })
  }
})

suite('errors on narrow terminals', (test) => {
  test('fit the terminal, and are not broken for a pipe or a file', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      const [, title, remedy] = ERRORS[code]
      const errors = [{ pointer: '/tags/customer', detail: MESSAGE }]
      const problem = { code, title, remedy, detail: MESSAGE, errors }
      const shown = problemText(problem, { ...styleFor({}, {}), columns: 40 })
      for (const text of shown.split('\n'))
        assert.ok(displayWidth(text) <= 40 || !/\S\s+\S/.test(text), text)
      const whole = problemText(problem, styleFor({}, {}))
      assert.equal(whole.split('\n').length, 5)
      assert.equal(shown.replaceAll(/\s+/g, ' '), whole.replaceAll(/\s+/g, ' '))
    }
  })
})

suite('tables', (test) => {
  const columns: Column[] = [
    { title: 'ID', rank: 0 },
    { title: 'SIZE', rank: 2, right: true },
    { title: 'NAME', rank: 1, least: 4 },
  ]
  const rows = [
    ['abcdefghij', '1', 'a name'],
    ['abc', '1234', 'another name'],
  ]
  const at = (width: number, breakAt?: number) =>
    table(columns, rows, {
      style: { ...styleFor({}, {}), columns: width },
      ...(breakAt && { breakAt }),
    })

  test('wide enough: every column appears', () => {
    assert.equal(
      at(30),
      'ID          SIZE  NAME\nabcdefghij     1  a name\nabc         1234  another name',
    )
  })

  test('narrower: the least important column is left out, the next one is shortened', () => {
    assert.equal(at(24), 'ID          NAME\nabcdefghij  a name\nabc         another name')
    assert.equal(at(18), 'ID          NAME\nabcdefghij  a name\nabc         anoth…')
    assert.equal(at(15), 'ID\nabcdefghij\nabc')
  })

  test('a row is put on two lines before a column of rank 0 is lost', () => {
    const required = columns.map((column) => ({ ...column, rank: 0 }))
    const shown = table(required, rows, {
      style: { ...styleFor({}, {}), columns: 16 },
      breakAt: 1,
    })
    assert.equal(shown, 'ID\n  SIZE  NAME\nabcdefghij\n     1  a name\nabc\n  1234  another…')
  })

  test('a shortened text keeps its colours, and wide characters count twice', () => {
    assert.equal(shorten('\u001b[32mrecording\u001b[39m', 5), '\u001b[32mreco…\u001b[39m')
    assert.equal(displayWidth('会議室'), 6)
    assert.equal(shorten('会議室', 5), '会議…')
    assert.equal(shorten('会議室', 6), '会議室')
    assert.equal(displayWidth('e\u0301'), 1)
  })

  test('a terminal that reports no size counts as none', () => {
    assert.equal(styleFor({ columns: 0 }, {}).columns, Number.POSITIVE_INFINITY)
    assert.equal(styleFor({ columns: 20 }, {}).columns, 40)
    assert.equal(styleFor({ columns: 200 }, {}).width, 100)
  })
})
