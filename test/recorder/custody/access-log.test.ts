import assert from 'node:assert/strict'
import type { By } from '../../../src/contract/by.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { AccessLog } from '../../../src/recorder/custody/access-log.ts'
import { ACT_IDLE_MS } from '../../../src/recorder/custody/acts.ts'
import type { EventBatch } from '../../../src/recorder/facts/event-batch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const CRM: By = { side: 'api', client: 'crm', user: 'tester' }
const PAGE: By = { side: 'ui', client: 'ui', user: 'tester' }

/** An access log on a fake log, with a clock of its own. */
function fakeLog(refusalWindowMs?: number) {
  const written: [type: string, data: unknown][] = []
  const state = { monotonic: 0, failure: undefined as Error | undefined }
  const note = (id: string | null, type: string, data: unknown): void =>
    void written.push([id === null ? type : `${id} ${type}`, data])
  const faults: string[] = []
  const log = new AccessLog({
    facts: {
      append: async (_cause, build) => {
        if (state.failure) throw state.failure
        build({ add: note, observe: note } as unknown as EventBatch)
      },
    },
    log: { events: async () => [] },
    system: { side: 'system', client: 'recorder', user: 'tester' },
    now: () => Date.parse('2026-01-31T09:00:00.000Z') + state.monotonic,
    onFault: (what) => void faults.push(what),
    monotonic: () => state.monotonic,
    ...(refusalWindowMs === undefined ? {} : { refusalWindowMs }),
  })
  const play = (media: Medium[], by = CRM) =>
    log.record({ recordingId: 'a', act: 'played', media, by })
  const search = (tags: Record<string, unknown>, text?: string, by = PAGE) =>
    log.recordSearch({ tags, text, found: 3, by })
  return { log, written, state, faults, play, search }
}

suite('accesses', (test) => {
  test('begin anew after the computer has slept', async () => {
    const { log, written, play } = fakeLog()
    await play(['mic'])
    await play(['mic'])
    // Its clock has stood still meanwhile.
    log.endActs()
    await play(['mic'])
    assert.equal(written.length, 2)
  })

  test('are one event an act, however many requests a player sends', async () => {
    const { state, written, play } = fakeLog()
    // The first requests of a player come together.
    await Promise.all([play(['screen']), play(['mic']), play(['mic'])])
    for (let i = 0; i < 100; i++) {
      state.monotonic += ACT_IDLE_MS - 1
      await play(['mic'])
    }
    assert.deepEqual(written, [
      ['a recording.accessed', { act: 'played', media: ['mic', 'screen'] }],
    ])
    state.monotonic += ACT_IDLE_MS + 1
    await play(['mic'])
    await play(['speaker', 'mic'])
    assert.deepEqual(
      written.slice(1).map(([, data]) => data),
      [
        { act: 'played', media: ['mic'] },
        { act: 'played', media: ['speaker'] },
      ],
    )
  })

  test('of different clients, acts and recordings are different events', async () => {
    const { log, written, play } = fakeLog()
    await Promise.all([
      play(['mic']),
      play(['mic'], PAGE),
      play(['mic'], { ...CRM, user: 'other' }),
      log.record({ recordingId: 'a', act: 'downloaded', media: ['mic'], by: CRM }),
      log.record({ recordingId: 'b', act: 'played', media: ['mic'], by: CRM }),
      log.record({ recordingId: null, act: 'readEvents', media: [], by: CRM }),
    ])
    assert.equal(written.length, 6)
  })

  test('that cannot be recorded are rejected, and tried again by the next request', async () => {
    const { state, written, play } = fakeLog()
    state.failure = new RecorderError('STORAGE_UNAVAILABLE', 'The log cannot be written.')
    for (let i = 0; i < 2; i++) await assert.rejects(play(['mic']), { code: 'STORAGE_UNAVAILABLE' })
    state.failure = undefined
    await play(['mic'])
    assert.equal(written.length, 1)
    // The evidence is there: what goes on may go on.
    state.failure = new RecorderError('STORAGE_FULL', 'The disk is full.')
    await play(['mic'])
    await assert.rejects(play(['screen']), { code: 'STORAGE_FULL' })
  })

  test('of searches name keys and no value, and typing is one search', async () => {
    const { written, search } = fakeLog()
    for (const text of ['m', 'ma', 'mai', 'ma', 'may']) await search({}, text)
    for (const text of ['b', 'be']) await search({}, text)
    await search({ customer: 'C-1', desk: 3 })
    await search({ customer: 'C-1', desk: 3 })
    await search({ customer: 'C-2', desk: 3 })
    await search({ customer: 'C-2', desk: 3 }, undefined, CRM)
    const byText = { keys: [], text: true, found: 3 }
    const byTags = { keys: ['customer', 'desk'], text: false, found: 3 }
    assert.deepEqual(
      written,
      [byText, byText, byTags, byTags, byTags].map((data) => ['recordings.searched', data]),
    )
    assert.doesNotMatch(JSON.stringify(written), /C-|mai/)
  })

  test('with wrong credentials are one event a minute, with their number', async () => {
    const { log, state, written, faults } = fakeLog(5)
    for (let i = 0; i < 1_000; i++) {
      state.monotonic++
      log.countRefusedCredential()
    }
    await eventually('the event', () => written.length === 1)
    const from = '2026-01-31T09:00:00.001Z'
    assert.deepEqual(written, [
      ['credentials.refused', { count: 1_000, from, to: '2026-01-31T09:00:01.000Z' }],
    ])
    state.failure = new Error('the log has failed')
    log.countRefusedCredential()
    await eventually('the fault', () => faults.length === 1)
    state.failure = undefined
    log.countRefusedCredential()
    await log.close()
    assert.deepEqual(
      written.slice(1).map(([, data]) => (data as { count: number }).count),
      [2],
    )
  })
})

suite('accesses of a recorder', (test) => {
  let bench: RecorderBench
  test.before(async () => {
    bench = await RecorderBench.create()
  })
  test.after(() => bench.dispose())

  const eventsOf = (recordingId: string): Promise<LogEvent[]> =>
    bench.recorder.log.events({ after: 0, limit: 1_000, recordingId })

  test('are in the log, and change neither the recording nor its version', async () => {
    const { id } = await bench.command('api', 'recording.start')
    const { accesses } = bench.recorder
    await accesses.record({ recordingId: id, act: 'watched', media: ['screen'], by: PAGE })
    const open = await bench.recorder.recording(id, 'api')
    await bench.command('api', 'track.stop', {})
    await bench.command('api', 'recording.close', {})
    const closed = await bench.recorder.recording(id, 'api')
    await accesses.record({ recordingId: id, act: 'played', media: ['mic', 'screen'], by: CRM })
    await bench.restart()
    assert.deepEqual(await bench.recorder.recording(id, 'api'), closed)
    assert.ok(closed.version > open.version)
    const last = (await eventsOf(id)).at(-1)
    assert.deepEqual([last?.type, last?.version, last?.by], ['recording.accessed', null, CRM])
    const { accesses: reopened } = bench.recorder
    const page = await reopened.list(id, { after: 0, limit: 1 })
    assert.deepEqual(
      page.items.map(({ act, media, by }) => [act, media, by]),
      [['watched', ['screen'], PAGE]],
    )
    const rest = await reopened.list(id, { after: page.after as number, limit: 1 })
    assert.deepEqual([rest.items[0]?.act, rest.after], ['played', null])
  })

  test('do not wait for a pause, nor a pause for them', async () => {
    const { id } = await bench.command('api', 'recording.start')
    const reads = Array.from({ length: 50 }, (_, i) =>
      bench.recorder.accesses.record({
        ...{ recordingId: id, act: 'played', media: ['mic'] },
        by: { ...CRM, client: `crm ${i}` },
      }),
    )
    await bench.command('api', 'track.pause', {})
    await Promise.all(reads)
    assert.equal(
      (await bench.recorder.accesses.list(id, { after: 0, limit: 100 })).items.length,
      50,
    )
    await bench.command('api', 'track.stop', {})
  })

  test('with wrong credentials are recorded before the recorder ends', async () => {
    bench.recorder.accesses.countRefusedCredential()
    await bench.restart()
    const events = await bench.recorder.log.events({ after: 0, limit: 1_000 })
    const types = events.map(({ type }) => type)
    const at = types.indexOf('credentials.refused')
    assert.ok(at > 0 && at < types.indexOf('daemon.stopped', at))
    assert.equal(events[at]?.by.side, 'system')
  })
})
