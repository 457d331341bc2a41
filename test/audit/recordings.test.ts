import assert from 'node:assert/strict'
import { pointersOf } from '../http/support/expect.ts'
import { at, CRM } from '../store/support/history.ts'
import { suite } from '../support/suite.ts'
import { AuditBench, MINUTE, UI } from './support/audit-bench.ts'

const minute = (count: number): string => at(count * MINUTE)
const DAY = 24 * 60

/** Ids as recordings have them. */
const ID = (name: string): string => `recording-${name}`

suite('the auditor’s questions about recordings', (test) => {
  let bench: AuditBench
  test.before(async () => {
    bench = await AuditBench.create()
    await bench.record(ID('paused'), 0, {
      ...{ media: ['mic', 'screen'], tags: { customer: 'C-1' } },
      ...{ pauses: [[5, 20] as [number, number], [21, 22] as [number, number]], end: 30 },
    })
    await bench.record(ID('lost'), 60, { by: UI, losses: [[5, 7]], end: 30 })
    const erased = await bench.record(ID('erased'), DAY, {
      ...{ tags: { customer: 'C-2' }, pauses: [[1, 31] as [number, number]], end: 40 },
    })
    await bench.record(ID('bare'), DAY + 60, { tags: { desk: '3' }, end: 1 })
    const why = { cause: 'request', reason: 'asked' } as const
    await bench.append([erased.event(120 * MINUTE, 'recording.erasing', why)])
    bench.minute = 2 * DAY
    await bench.record(ID('open'), 2 * DAY - 60, { pauses: [[10]] })
  })
  test.after(() => bench.close())

  const ids = (rows: { recordingId: string }[]) => rows.map(({ recordingId }) => recordingId)

  test('long pauses: one row a medium, with who paused and resumed, and those that go on', async () => {
    const { items, nextCursor } = await bench.ask('reports/long-pauses')
    assert.equal(nextCursor, null)
    const by = { pausedBy: CRM, resumedBy: CRM, startedBy: CRM }
    const first = { recordingId: ID('paused'), erased: false, durationMs: 15 * MINUTE, ...by }
    assert.deepEqual(items, [
      { ...first, medium: 'mic', from: minute(5), to: minute(20) },
      { ...first, medium: 'screen', from: minute(5), to: minute(20) },
      {
        ...{ recordingId: ID('erased'), erased: true, medium: 'mic', ...by },
        ...{ from: minute(DAY + 1), to: minute(DAY + 31), durationMs: 30 * MINUTE },
      },
      {
        ...{ recordingId: ID('open'), erased: false, medium: 'mic', ...by, resumedBy: null },
        ...{ from: minute(2 * DAY - 50), to: null, durationMs: 50 * MINUTE },
      },
    ])
    const shorter = await bench.ask('reports/long-pauses?minSeconds=60')
    assert.equal(shorter.items.length, 6)
    const longer = await bench.ask('reports/long-pauses?minSeconds=1800&order=newest')
    assert.deepEqual(ids(longer.items), [ID('open'), ID('erased')])
  })

  test('gaps: those that nobody wanted, or with the reasons and media that are named', async () => {
    const { items } = await bench.ask('reports/gaps')
    assert.deepEqual(items, [
      {
        ...{ recordingId: ID('lost'), erased: false, medium: 'mic', reason: 'deviceLost' },
        ...{ from: minute(65), to: minute(67), durationMs: 2 * MINUTE, startedBy: UI },
      },
    ])
    const paused = await bench.ask('reports/gaps?reason=paused,locked&media=screen')
    assert.deepEqual(
      paused.items.map(({ from }) => from),
      [minute(5), minute(21)],
    )
    assert.equal((await bench.ask('reports/gaps?reason=storageFull')).items.length, 0)
  })

  test('untagged: closed without any tag, or without a key, whatever is left of the tags', async () => {
    const { items } = await bench.ask('reports/untagged')
    const at30 = { endedAt: minute(90), closedAt: minute(90) }
    assert.deepEqual(items, [
      {
        ...{ recordingId: ID('lost'), erased: false, startedAt: minute(60), ...at30 },
        ...{ startedBy: UI, tagKeys: [] },
      },
    ])
    const byKey = await bench.ask('reports/untagged?key=customer')
    assert.deepEqual(
      byKey.items.map(({ recordingId, tagKeys }) => [recordingId, tagKeys]),
      [
        [ID('lost'), []],
        [ID('bare'), ['desk']],
      ],
    )
    const byOther = await bench.ask('reports/untagged?key=desk')
    assert.deepEqual(ids(byOther.items), [ID('paused'), ID('lost'), ID('erased')])
    assert.deepEqual(
      byOther.items.map(({ erased, tagKeys }) => [erased, tagKeys]),
      [
        [false, ['customer']],
        [false, []],
        [true, ['customer']],
      ],
    )
  })

  test('a question for a key is a search, once an act; the other lists are no access', async () => {
    const { recorder } = bench.daemon
    recorder.seen.length = 0
    for (const path of ['gaps', 'long-pauses', 'untagged', 'untagged?key=desk'])
      await bench.ask(`reports/${path}`)
    const by = { side: 'api', client: 'home', user: 'tester' }
    assert.deepEqual(recorder.seen, [{ tags: { desk: null }, text: undefined, found: 3, by }])
  })

  test('filters: period, client and side of the recording', async () => {
    const all = 'reports/gaps?reason=paused,deviceLost'
    const from = async (query: string) => [
      ...new Set(ids((await bench.ask(`${all}&${query}`)).items)),
    ]
    assert.deepEqual(await from('client=ui'), [ID('lost')])
    assert.deepEqual(await from('side=ui'), [ID('lost')])
    assert.deepEqual(await from('client=nobody'), [])
    assert.deepEqual(await from(`to=${minute(65)}`), [ID('paused')])
    assert.deepEqual(await from(`from=${minute(65)}&to=${minute(66)}`), [ID('lost')])
    assert.deepEqual(await from(`from=${minute(21)}&to=${minute(65)}`), [ID('paused')])
    assert.deepEqual(await from(`from=${minute(DAY)}`), [ID('erased'), ID('open')])
    const untagged = await bench.ask(`reports/untagged?key=desk&from=${minute(1)}`)
    assert.deepEqual(ids(untagged.items), [ID('lost'), ID('erased')])
  })

  for (const order of ['oldest', 'newest'])
    test(`pages, ${order} first, have every row once, while recordings are added`, async () => {
      const path = `reports/gaps?reason=paused,deviceLost&order=${order}`
      const { items } = await bench.ask(path)
      for (const limit of [1, 2, 3]) {
        let added = 0
        const paged = await bench.askAll(path, limit, async () => {
          const id = ID(`new-${order}-${limit}-${++added}`)
          await bench.record(id, 3 * DAY + added, { end: 1 })
        })
        assert.deepEqual(paged, items)
      }
    })

  test('the answers are the same after the log was opened again', async () => {
    const paths = ['gaps?reason=paused', 'long-pauses', 'untagged?key=desk']
    const ask = () => Promise.all(paths.map((path) => bench.ask(`reports/${path}`)))
    const before = await ask()
    await bench.reopen()
    assert.deepEqual(await ask(), before)
  })

  test('wrong questions are refused with the place of the fault', async () => {
    const refused = async (path: string) =>
      pointersOf(await bench.daemon.call(`/v1/audit/reports/${path}`))
    assert.deepEqual(await refused('gaps?reason=lost'), ['/reason'])
    assert.deepEqual(await refused('gaps?media=audio'), ['/media'])
    assert.deepEqual(await refused('gaps?side=system'), ['/side'])
    assert.deepEqual(await refused('long-pauses?minSeconds=-1'), ['/minSeconds'])
    assert.deepEqual(await refused('untagged?key=1'), ['/key'])
    assert.deepEqual(await refused('gaps?from=yesterday'), ['/from'])
    assert.deepEqual(await refused(`gaps?from=${at(1)}&to=${at(1)}`), ['/to'])
    assert.deepEqual(await refused('gaps?cursor=x'), ['/cursor'])
    const { nextCursor } = await bench.ask('reports/gaps?reason=paused&limit=1')
    assert.deepEqual(await refused(`long-pauses?cursor=${nextCursor}`), ['/cursor'])
  })
})
