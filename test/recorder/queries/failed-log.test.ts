import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { RecordingState } from '../../../src/contract/states.ts'
import { type Latch, latch } from '../../support/latch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('readers after a failed log', (test) => {
  let bench: RecorderBench
  let disk: Latch
  test.beforeEach(async () => {
    bench = await RecorderBench.create({ stallMs: 30_000 })
    disk = latch()
  })
  test.afterEach(async () => {
    disk.open()
    await bench.dispose()
  })

  /** Nothing that is read claims a recording. */
  async function assertEnded(): Promise<void> {
    const recording = await bench.recorder.recording('current', 'api')
    assert.equal(recording.state, 'WrapUp')
    assert.notEqual(recording.tracks.mic?.state, 'recording')
    assert.deepEqual(recording.allowedCommands, [])
    const application = await bench.recorder.application('api')
    assert.deepEqual(application.recording?.state, 'WrapUp')
    assert.deepEqual([application.state, application.storage.log], ['Error', 'readOnly'])
    assert.deepEqual(await listed('Active'), [])
    assert.deepEqual(await listed('WrapUp'), ['WrapUp'])
    const { checks } = await bench.recorder.readiness(['mic'])
    for (const { detail } of checks) assert.doesNotMatch(detail, /being recorded|is starting/)
  }

  /** Lists the recordings in a state. Returns the states that the answer shows. */
  async function listed(state: RecordingState): Promise<string[]> {
    const query = { limit: 10, state }
    const { items } = await bench.recorder.recordings(query, 'api')
    return items.map((recording) => recording.state)
  }

  test('never see a recording until its end is in the log, however long that takes', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    assert.deepEqual(await listed('Active'), ['Active'])
    let isRecovering = false
    bench.gate = (events) => {
      isRecovering = events.some(({ type }) => type === 'recording.interrupted')
      return isRecovering
        ? disk.opened
        : Promise.reject(new RecorderError('STORAGE_UNAVAILABLE', 'Broken, on purpose.'))
    }
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } })
    await assert.rejects(tag, { code: 'STORAGE_UNAVAILABLE' })
    const since = (await bench.recorder.application('api')).errors[0]?.since
    await eventually('recovery is being written', async () => {
      await assertEnded()
      return isRecovering
    })
    await assertEnded()
    assert.equal((await bench.recorder.application('api')).errors[0]?.since, since)
    disk.open()
    await eventually('it can record again', async () => {
      const { state } = await bench.recorder.recording('current', 'api')
      assert.equal(state, 'WrapUp')
      assert.deepEqual(await listed('WrapUp'), ['WrapUp'])
      return (await bench.recorder.application('api')).allowedCommands.includes('start')
    })
    assert.equal((await bench.recorder.application('api')).state, 'Idle')
  })

  test('are answered while the log is opened again, too', async () => {
    const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
    bench.gate = (events) =>
      events.some(({ type }) => type === 'recording.tagged')
        ? Promise.reject(new RecorderError('STORAGE_UNAVAILABLE', 'Broken, on purpose.'))
        : undefined
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } })
    await assert.rejects(tag, { code: 'STORAGE_UNAVAILABLE' })
    const { log } = bench.recorder
    const read = () =>
      Promise.all([
        log.tagHistory(id),
        log.events({ after: 0, limit: 100 }),
        log.segments(id, { limit: 10 }),
        bench.recorder.recordings({ limit: 10 }, 'api'),
      ])
    const reads: Promise<unknown>[] = []
    const failures: unknown[] = []
    await eventually(
      'it can record again',
      async () => {
        // Many begin before the database is closed, while it is, and after that.
        for (let turn = 0; turn < 3; turn++) {
          reads.push(read().catch((error) => failures.push(error)))
          await new Promise(setImmediate)
        }
        return (await bench.recorder.application('api')).allowedCommands.includes('start')
      },
      30_000,
    )
    await Promise.all(reads)
    assert.equal(failures[0], undefined)
  })
})
