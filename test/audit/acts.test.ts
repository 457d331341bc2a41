import assert from 'node:assert/strict'
import type { By } from '../../src/contract/by.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { pointersOf, toProblem } from '../http/support/expect.ts'
import { at, CRM } from '../store/support/history.ts'
import { suite } from '../support/suite.ts'
import { AuditBench, MINUTE, UI } from './support/audit-bench.ts'

process.env.TZ = 'Europe/Berlin'

const minute = (count: number): string => at(count * MINUTE)
const HOUR = 60
const DAY = 24 * HOUR
/** Who asks in these tests. */
const HOME: By = { side: 'api', client: 'home', user: 'tester' }
const ERASED = 'recording-erased'

suite('the auditor’s questions about what somebody did', (test) => {
  let bench: AuditBench
  test.before(async () => {
    bench = await AuditBench.create()
    const history = await bench.record(ERASED, 0, { tags: { customer: 'Mustermann' }, end: 10 })
    const refusal = { command: 'track.stop', code: 'CONTROL_HELD_BY_API' } as const
    await bench.append([
      {
        ...history.event(11 * MINUTE, 'command.refused', {
          ...{ ...refusal, medium: 'mic', detail: '=HYPERLINK("x"), "Mustermann"' },
        }),
        by: UI,
      },
    ])
    await bench.appendOwn(12, 'command.refused', {
      ...{ command: 'recording.start', code: 'FORBIDDEN_SCOPE', detail: '=1+1', count: 7 },
    })
    const access = { act: 'played', media: ['mic'] } as const
    await bench.appendOwn(13, 'recording.accessed', { ...access, media: ['mic'] }, UI, ERASED)
    await bench.appendOwn(14, 'recordings.searched', {
      ...{ keys: ['customer', 'desk'], text: false, found: 2 },
    })
    // The day of Berlin begins at 23:00 UTC.
    for (const [when, command] of [
      [13 * HOUR + 59, 'recording.start'],
      [14 * HOUR, 'recording.start'],
      [14 * HOUR, 'recording.tag'],
      [15 * HOUR, 'recording.hold'],
    ] as const)
      await bench.appendOwn(when, 'command.completed', { command, status: 200 })
    await bench.appendOwn(15 * HOUR, 'command.failed', {
      ...{ command: 'recording.start', code: 'CAPTURE_FAILED', detail: '' },
    })
    const why = { cause: 'request', reason: 'asked' } as const
    await bench.append([history.event(DAY * MINUTE, 'recording.erasing', why)])
    // The clock was set back.
    await bench.appendOwn(-DAY, 'desktop.locked', {})
  })
  test.after(() => bench.close())

  test('events: by type, side, client, recording and time, in the order of the log', async () => {
    const types = async (query: string) =>
      (await bench.ask(`events?${query}`)).items.map(({ type }) => type)
    assert.equal((await bench.ask('events')).items.length, bench.log.position)
    assert.deepEqual(await types('type=desktop.locked,recordings.searched'), [
      ...['recordings.searched', 'desktop.locked'],
    ])
    assert.deepEqual(await types('type=desktop.locked,recordings.searched&order=newest'), [
      ...['desktop.locked', 'recordings.searched'],
    ])
    assert.deepEqual(await types('side=ui'), ['command.refused', 'recording.accessed'])
    assert.deepEqual(await types(`client=ui&from=${minute(12)}`), ['recording.accessed'])
    assert.deepEqual(await types(`to=${minute(0)}`), ['desktop.locked'])
    const times = `from=${minute(12)}&to=${minute(14)}`
    assert.deepEqual(await types(times), ['command.refused', 'recording.accessed'])
    assert.deepEqual(await types(`${times}&recordingId=${ERASED}`), ['recording.accessed'])
    assert.deepEqual(await types('recordingId=recording-unknown'), [])
    const ofRecording = await bench.ask(`events?recordingId=${ERASED}&order=newest`)
    assert.equal(ofRecording.items[0].type, 'recording.erasing')
  })

  test('refusals: who asked for what, why it was refused, and the recording', async () => {
    const { items } = await bench.ask('reports/refusals')
    assert.deepEqual(items, [
      {
        ...{ position: items[0].position, at: minute(11), by: UI, command: 'track.stop' },
        ...{ recordingId: ERASED, erased: true, medium: 'mic', code: 'CONTROL_HELD_BY_API' },
        ...{ detail: 'erased', count: 1 },
      },
      {
        ...{ position: items[0].position + 1, at: minute(12), by: CRM, medium: null },
        ...{ command: 'recording.start', recordingId: null, erased: false, count: 7 },
        ...{ code: 'FORBIDDEN_SCOPE', detail: '=1+1' },
      },
    ])
    const { items: ofPage } = await bench.ask('reports/refusals?client=ui')
    assert.deepEqual(ofPage, items.slice(0, 1))
  })

  test('accesses: who has seen or searched what', async () => {
    const { items } = await bench.ask('reports/accesses?order=newest')
    const [search, play] = items
    assert.deepEqual(search, {
      ...{ position: search.position, at: minute(14), by: CRM, act: 'searched', media: [] },
      ...{ recordingId: null, erased: false, keys: ['customer', 'desk'], found: 2 },
    })
    assert.deepEqual(play, {
      ...{ position: play.position, at: minute(13), by: UI, act: 'played', media: ['mic'] },
      ...{ recordingId: ERASED, erased: true, keys: [], found: null },
    })
  })

  test('client activity: by the recorder’s own days, refusals that were only counted included', async () => {
    const { items } = await bench.ask('reports/client-activity')
    const none = {
      ...{ starts: 0, mediaStarts: 0, stops: 0, pauses: 0, resumes: 0, tags: 0, consents: 0 },
      ...{ closes: 0, others: 0, failures: 0, refusals: 0 },
    }
    const first = {
      ...{ day: '2026-01-05', from: '2026-01-04T23:00:00.000Z', to: '2026-01-05T23:00:00.000Z' },
    }
    const second = {
      ...{ day: '2026-01-06', from: '2026-01-05T23:00:00.000Z', to: '2026-01-06T23:00:00.000Z' },
    }
    const crm = { side: 'api', client: 'crm' }
    assert.deepEqual(items, [
      { ...first, ...crm, ...none, starts: 1, refusals: 7 },
      { ...first, side: 'ui', client: 'ui', ...none, refusals: 1 },
      { ...second, ...crm, ...none, starts: 1, tags: 1, others: 1, failures: 1 },
    ])
    const paged = await bench.askAll('reports/client-activity?order=newest', 1)
    assert.deepEqual(paged, items.toReversed())
    const cut = await bench.ask(`reports/client-activity?from=${minute(14 * HOUR + 1)}&client=crm`)
    const from = minute(14 * HOUR + 1)
    assert.deepEqual(cut.items, [{ ...second, from, ...crm, ...none, others: 1, failures: 1 }])
  })

  for (const order of ['oldest', 'newest'])
    test(`pages of events, ${order} first, have every event once, while others are appended`, async () => {
      const { items } = await bench.ask(`events?order=${order}`)
      let added = 0
      const paged = await bench.askAll(`events?order=${order}`, 7, async () => {
        if (added++ < 3) await bench.appendOwn(DAY, 'desktop.unlocked', {})
      })
      const later = paged.filter(({ position }) => position > items.length)
      assert.deepEqual(later.length, order === 'oldest' ? 3 : 0)
      assert.deepEqual(paged.slice(0, items.length), items)
    })

  test('CSV has a header and all rows, and no cell that a spreadsheet would compute', async () => {
    const { lines, headers } = await bench.csv('reports/refusals')
    assert.equal(headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
    assert.equal(headers.get('content-disposition'), 'attachment; filename="refusals.csv"')
    const [, first = '', second = '', end] = lines
    assert.equal(
      lines[0],
      'position,at,side,client,user,command,recordingId,erased,medium,code,detail,count',
    )
    assert.match(first, /^\d+,2026-01-05T09:11:00\.000Z,ui,ui,clerk,track\.stop,/)
    assert.match(first, /,true,mic,CONTROL_HELD_BY_API,erased,1$/)
    assert.match(second, /,recording\.start,,false,,FORBIDDEN_SCOPE,'=1\+1,7$/)
    assert.equal(end, '')
    const events = await bench.csv('events')
    assert.equal(events.lines.length, bench.log.position + 2)
    assert.match(events.lines[1] ?? '', /,"\{""recordingType"":""both"",/)
    assert.doesNotMatch(events.lines.join(), /Mustermann/)
  })

  test('CSV of a page leads to the next one', async () => {
    const { lines, headers } = await bench.csv('reports/accesses?limit=1')
    assert.equal(lines.length, 3)
    const link = /^<(\/v1\/audit\/.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? ''
    const next = await bench.csv(link.slice('/v1/audit/'.length))
    assert.match(next.lines[1] ?? '', /,searched,,false,,customer desk,2$/)
    assert.equal(next.headers.get('link'), null)
  })

  test('events and refusals are shown only when that is in the log; accesses leave no trail', async () => {
    const { recorder } = bench.daemon
    recorder.seen.length = 0
    await bench.ask(`events?recordingId=${ERASED}`)
    await bench.csv('reports/refusals')
    await bench.ask('reports/accesses')
    await bench.ask('reports/client-activity')
    const seen = { act: 'readEvents', media: [], by: HOME }
    assert.deepEqual(recorder.seen, [
      { recordingId: ERASED, ...seen },
      { recordingId: null, ...seen },
    ])
    recorder.failAccess = new RecorderError('STORAGE_UNAVAILABLE', 'The log cannot be written.')
    for (const path of ['events', 'reports/refusals'])
      await toProblem(await bench.daemon.call(`/v1/audit/${path}`), 'STORAGE_UNAVAILABLE')
    recorder.failAccess = undefined
  })

  test('wrong questions are refused with the place of the fault, and leave no trail', async () => {
    const { daemon } = bench
    daemon.recorder.seen.length = 0
    const refused = async (path: string) => pointersOf(await daemon.call(`/v1/audit/${path}`))
    assert.deepEqual(await refused('events?type=command.lost'), ['/type'])
    assert.deepEqual(await refused('events?recordingId=..'), ['/recordingId'])
    assert.deepEqual(await refused('events?side=nobody'), ['/side'])
    assert.deepEqual(await refused('events?limit=0'), ['/limit'])
    assert.deepEqual(await refused('events?order=random'), ['/order'])
    assert.deepEqual(await refused('events?minutes=3'), ['/minutes'])
    const beyond = Buffer.from('["events",99999]').toString('base64url')
    const problem = await toProblem(
      await daemon.call(`/v1/audit/events?cursor=${beyond}`),
      'INVALID_REQUEST',
    )
    assert.equal(problem.lastPosition, bench.log.position)
    const { nextCursor } = await bench.ask('events?limit=1')
    assert.deepEqual(await refused(`reports/refusals?cursor=${nextCursor}`), ['/cursor'])
    assert.deepEqual(daemon.recorder.seen.length, 1)
    const headers = { accept: 'text/html' }
    await toProblem(await daemon.call('/v1/audit/events', { headers }), 'NOT_ACCEPTABLE')
    const token = await daemon.tokenFor('read')
    await toProblem(await daemon.call('/v1/audit/events', { token }), 'FORBIDDEN_SCOPE')
  })
})
