import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { LogMessage } from '../../../src/contract/log-message.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import type { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'
import { changeEvent, type Db, longLog, withClosedLog } from './support/background-verified.ts'

suite('a log that is verified while it is in use', (test) => {
  let bench: RecorderBench
  let closed: string

  test.beforeEach(async () => {
    ;({ bench, closed } = await longLog())
  })
  test.afterEach(() => bench.dispose().catch(() => {}))

  /** Damages the closed log, and opens it. */
  async function damage(how: (db: Db) => Promise<unknown>): Promise<LogMessage[]> {
    await withClosedLog(bench, how)
    await bench.open()
    const told: LogMessage[] = []
    bench.recorder.bus.on('log', (message) => told.push(message))
    return told
  }

  const change = (db: Db) => changeEvent(db, 15_000)
  const shown = () => bench.recorder.application('api')

  test('takes commands meanwhile, and says how far it is', async () => {
    const told = await damage(async () => {})
    const { storage } = await shown()
    assert.equal(storage.log, 'verifying')
    assert.ok((storage.verification?.total ?? 0) > 20_000)
    await bench.command('api', 'recording.start', { media: ['mic'] })
    assert.equal((await bench.command('api', 'track.pause')).state, 'Paused')
    await bench.recorder.log.verified()
    assert.deepEqual((await shown()).storage.log, 'verified')
    assert.deepEqual(
      told.map(({ log }) => log),
      ['verified'],
    )
    assert.equal((await bench.command('api', 'track.resume')).state, 'Active')
  })

  test('ends capture when an event turns out to be damaged, and says so everywhere', async () => {
    const told = await damage(change)
    const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
    assert.deepEqual(bench.platform.capturedMedia, ['mic'])
    await eventually('a finding', async () => (await shown()).storage.log === 'readOnly')
    assert.equal(bench.platform.capturing, 0)
    const { state, errors } = await shown()
    assert.equal(state, 'Error')
    assert.equal(errors[0]?.code, 'LOG_DAMAGED')
    assert.match(errors[0]?.message ?? '', /event 15000 .* chained.*restore the log/s)
    assert.equal(told[0]?.log, 'readOnly')
    assert.equal(told[0]?.code, 'LOG_DAMAGED')
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } })
    await assert.rejects(tag, { code: 'LOG_DAMAGED' })
    // It can be read: what was recorded, and that it has ended.
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'WrapUp')
    assert.equal((await bench.recorder.recording(closed, 'api')).state, 'Closed')
    await bench.recorder.close()
    const opening = openEventLog({ folder: join(bench.folder, 'log'), keys: bench.keys })
    await assert.rejects(opening, /event 15000 is not the one/)
  })

  test('makes damaged views again once nothing is captured, and the recording goes on', async () => {
    await damage((db) => db.del(`view/recording/${closed}`))
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const finding = await bench.recorder.log.verified().catch((error) => error)
    assert.equal(finding.repair, 'reopen later')
    await bench.command('api', 'recording.tag', { tags: { a: 1 } })
    assert.deepEqual(bench.platform.capturedMedia, ['mic'])
    await bench.command('api', 'track.stop')
    const types = async () => (await bench.events().catch(() => [])).map(({ type }) => type)
    await eventually('rebuilt views', async () => (await types()).includes('log.viewsRebuilt'))
    await eventually('a verified log', async () => (await shown()).storage.log === 'verified')
    assert.ok(!(await types()).includes('recording.interrupted'))
    assert.equal((await bench.recorder.recording(closed, 'api')).id, closed)
    assert.equal((await bench.command('api', 'recording.close')).state, 'Closed')
  })

  test('destroys nothing before all is verified', async () => {
    await damage(async () => {})
    let isVerified = false
    void bench.recorder.log.verified().then(() => {
      isVerified = true
    })
    const destroy = bench.keys.destroy.bind(bench.keys)
    bench.keys.destroy = async (id) => {
      assert.ok(isVerified)
      await destroy(id)
    }
    const erase = { recordingId: closed }
    const erased = await bench.command('api', 'recording.erase', { reason: 'asked' }, erase)
    assert.ok(erased.erased)
  })

  test('destroys nothing when it is damaged', async () => {
    await damage(change)
    const erase = { recordingId: closed }
    const erased = bench.command('api', 'recording.erase', { reason: 'asked' }, erase)
    await assert.rejects(erased, { code: 'LOG_DAMAGED' })
    assert.ok(bench.keys.keysOf(closed))
  })
})
