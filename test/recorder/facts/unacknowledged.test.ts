import assert from 'node:assert/strict'
import type { IdempotencyKey } from '../../../src/contract/commands.ts'
import type { EventOf, NewEvent } from '../../../src/contract/events.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const STALL_MS = 200
const key: IdempotencyKey = { client: 'crm', key: 'call-1', fingerprint: 'f' }

suite('an outcome that is on disk although its client was not told', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create({ stallMs: STALL_MS })
  })
  test.afterEach(() => bench.dispose())

  const start = () =>
    bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency: key })
  const stop = () => bench.command('api', 'track.stop', {}, { idempotency: key })
  const hasType = (type: string) => async () =>
    (await bench.events().catch(() => [])).some((event) => event.type === type)
  const reopened = () => eventually('the log is open again', hasType('log.reopened'))

  /** The write of the next completed command reaches the disk, but is never confirmed. */
  function loseConfirmation(): Promise<void> {
    return new Promise((resolve) => {
      bench.gate = (events: readonly NewEvent[]) => {
        if (!events.some(({ type }) => type === 'command.completed')) return undefined
        bench.gate = undefined
        resolve()
        return new Promise(() => {})
      }
    })
  }

  test('a retry after a 503 starts anew, and is told so only while it records', async () => {
    void loseConfirmation()
    await assert.rejects(start(), { code: 'STORAGE_UNAVAILABLE' })
    await reopened()
    assert.equal(bench.platform.capturing, 0)
    const again = await start()
    assert.equal(again.state, 'Active')
    assert.deepEqual(bench.platform.capturedMedia, ['mic'])
    assert.deepEqual(await start(), again, 'from then on its answer is kept')
  })

  test('the log says which commands it calls completed although they were answered 503', async () => {
    void loseConfirmation()
    await assert.rejects(start(), { code: 'STORAGE_UNAVAILABLE' })
    await reopened()
    const events = await bench.events()
    const completed = events.filter(({ type }) => type === 'command.completed')
    const opening = events.find(
      (event): event is EventOf<'log.reopened'> => event.type === 'log.reopened',
    )
    assert.equal(completed.length, 1)
    assert.deepEqual(opening?.data.unacknowledged, [completed[0]?.commandId])
  })

  test('a retry after a kill that came before the answer starts anew', async () => {
    const lost = loseConfirmation()
    start().catch(() => {})
    await lost
    await bench.crash()
    assert.ok(await hasType('recording.interrupted')())
    const again = await start()
    assert.equal(again.state, 'Active')
    assert.deepEqual(bench.platform.capturedMedia, ['mic'])
  })

  test('an answer that has left is kept: over a failed log, and over a kill', async () => {
    const started = await start()
    void loseConfirmation()
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } })
    await assert.rejects(tag, { code: 'STORAGE_UNAVAILABLE' })
    await reopened()
    assert.deepEqual(await start(), started)
    await bench.crash()
    assert.deepEqual(await start(), started)
    assert.equal(bench.platform.capturing, 0)
  })

  test('an answer that has left is kept over a kill, though nothing was written after it', async () => {
    const started = await start()
    // The acknowledgement is written in the turn after the answer.
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    await bench.crash()
    assert.deepEqual(await start(), started)
    assert.equal(bench.platform.capturing, 0)
  })

  test('a tag that a kill kept from its client is not set twice', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const tag = () =>
      bench.command('api', 'recording.tag', { tags: { visit: 17 } }, { idempotency: key })
    const lost = loseConfirmation()
    tag().catch(() => {})
    await lost
    await bench.crash()
    assert.ok((await tag()).tags.some((one) => one.key === 'visit'))
    const { tagHistory } = await bench.recorder.recording('current', 'api')
    assert.equal(tagHistory.filter((one) => one.key === 'visit').length, 1)
  })

  test('a stop that a kill kept from its client is not carried out twice', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const lost = loseConfirmation()
    stop().catch(() => {})
    await lost
    await bench.crash()
    assert.equal((await stop()).state, 'WrapUp', 'what the log says is what it answers')
    const stops = (await bench.events()).filter(
      (event) => event.type === 'command.accepted' && event.data.command === 'track.stop',
    )
    assert.equal(stops.length, 1)
  })
})
