import assert from 'node:assert/strict'
import type { AuditReports } from '../../../src/contract/audit.ts'
import { suite } from '../../support/suite.ts'
import { f2f, type Stub, startStub } from '../support/stub.ts'

const ID = '7c1e2a4b-0000-4000-8000-000000000001'
const BY = { side: 'api', client: 'crm', user: 'maria' } as const
const AT = '2026-01-31T10:00:00.000Z'

const REFUSAL: AuditReports['refusals'] = {
  ...{ position: 9, at: AT, by: BY, command: 'track.stop', recordingId: ID, erased: true },
  ...{ medium: 'mic', code: 'CONTROL_HELD_BY_UI', detail: 'erased', count: 3 },
}
const PAUSE: AuditReports['long-pauses'] = {
  ...{ recordingId: ID, erased: false, medium: 'mic', from: AT, to: null, durationMs: 3_661_000 },
  ...{ pausedBy: BY, resumedBy: null, startedBy: BY },
}
const ROWS: { [N in keyof AuditReports]: AuditReports[N] } = {
  refusals: REFUSAL,
  'long-pauses': PAUSE,
  gaps: {
    ...{ recordingId: ID, erased: false, medium: 'screen', reason: 'deviceLost' },
    ...{ from: AT, to: AT, durationMs: 12_500, startedBy: BY },
  },
  untagged: {
    ...{ recordingId: ID, erased: false, startedAt: AT, endedAt: AT, closedAt: AT },
    ...{ startedBy: BY, tagKeys: ['desk'] },
  },
  'client-activity': {
    ...{ day: '2026-01-31', from: AT, to: AT, side: 'api', client: 'crm' },
    ...{ starts: 4711, mediaStarts: 0, stops: 1, pauses: 0, resumes: 0, tags: 9, consents: 0 },
    ...{ closes: 0, others: 0, failures: 0, refusals: 12 },
  },
  accesses: {
    ...{ position: 7, at: AT, by: BY, act: 'searched', recordingId: null, erased: false },
    ...{ media: [], keys: ['customer'], found: 3 },
  },
}
/** Texts that are in the table of each report. */
const SHOWN: { [N in keyof AuditReports]: string[] } = {
  refusals: ['api/crm', 'track.stop: mic', 'CONTROL_HELD_BY_UI', '3', ID, 'erased'],
  'long-pauses': ['1:01:01+', 'mic', 'api/crm', ID],
  gaps: ['12.5 s', 'screen', 'deviceLost', ID],
  untagged: [ID, 'desk'],
  'client-activity': ['2026-01-31', 'api/crm', '4711', '12'],
  accesses: ['searched', 'customer', '3'],
}
const page = (item: unknown, nextCursor: string | null = null) => ({
  body: { items: [item], nextCursor },
})

suite('f2f audit', (test) => {
  let stub: Stub
  test.before(async () => {
    const answers = Object.entries(ROWS).map(([name, row]) => [
      `GET /v1/audit/reports/${name}?order=newest&limit=20`,
      page(row, 'next'),
    ])
    stub = await startStub({
      ...Object.fromEntries(answers),
      'GET /v1/audit/reports/gaps?order=oldest&limit=1000': page(ROWS.gaps, 'next'),
      'GET /v1/audit/reports/gaps?order=oldest&limit=1000&cursor=next': page(ROWS.gaps),
      'GET /v1/audit/reports/gaps?order=newest': { raw: 'recordingId\r\nx\r\n' },
      'GET /v1/audit/events?type=token.created%2Ctoken.revoked&from=2026-01-31T00%3A00%3A00.000Z&to=2026-02-01T00%3A00%3A00.000Z&client=crm&side=api&order=newest&limit=5':
        page({
          ...{ position: 3, type: 'token.created', at: AT, by: BY, recordingId: null },
          data: { name: 'crm' },
        }),
    })
  })
  test.after(() => stub.close())
  const ask = (...line: string[]) => f2f(['audit', ...line], { home: stub.home })

  for (const name of Object.keys(ROWS) as (keyof AuditReports)[])
    test(`${name} shows a table, the newest first, and how it goes on`, async () => {
      const { code, stdout, stderr } = await ask(name)
      assert.equal(code, 0, stderr)
      for (const text of SHOWN[name]) assert.ok(stdout.includes(text), `${text} in ${stdout}`)
      assert.match(stdout, /There are more\. Add --cursor next to show them\./)
      const json = await ask(name, '--json')
      assert.deepEqual(json.json(), page(ROWS[name], 'next').body)
    })

  for (const columns of [40, 60, 80])
    test(`every table fits ${columns} columns`, async () => {
      for (const name of Object.keys(ROWS)) {
        const { stdout } = await f2f(['audit', name], { home: stub.home, columns })
        const tooLong = stdout
          .split('\n')
          .filter((line) => line.length > columns && /\S\s+\S/.test(line.trim()))
        assert.deepEqual(tooLong, [], name)
      }
    })

  test('events pass their filters on', async () => {
    const period = ['--from', '2026-01-31T00:00:00Z', '--to', '2026-02-01T00:00:00Z']
    const types = ['--type', 'token.created,token.revoked']
    const ran = await ask('events', ...types, ...period, '--client=crm', '--side=api', '--limit=5')
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /3 .*token\.created .*api\/crm .*"name":"crm"/)
  })

  test('shows everything, the oldest first, and CSV as it comes', async () => {
    const all = await ask('gaps', '--all', '--oldest', '--json')
    assert.equal((all.json() as { items: unknown[] }).items.length, 2)
    const csv = await ask('gaps', '--csv')
    assert.equal(csv.stdout, 'recordingId\r\nx\r\n')
    const { accept } = stub.lastRequest().headers
    assert.equal(accept, 'text/csv, application/problem+json')
  })

  test('wrong usage is explained, and asks nothing', async () => {
    const count = stub.requests.length
    for (const [line, message] of [
      [['gaps', '--from', 'yesterday'], /--from needs a time like 2026-01-31/],
      [['gaps', '--all', '--limit', '3'], /--all cannot be combined with --limit/],
      [['gaps', '--csv', '--json'], /--csv and --json/],
      [['gaps', '--side', 'system'], /--side accepts api, ui/],
      [['gaps', '--reason', 'lost'], /--reason accepts notStarted/],
    ] as const) {
      const { code, stderr } = await ask(...line)
      assert.equal(code, 2)
      assert.match(stderr, message)
    }
    assert.equal(stub.requests.length, count)
  })
})
