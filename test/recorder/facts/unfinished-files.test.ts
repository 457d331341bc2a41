import assert from 'node:assert/strict'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('a file that the disk has not finished', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  const types = async () => (await bench.events()).map(({ type }) => type)
  const closed = async () => (await types()).includes('recording.closed')

  test('of a medium that fails just before a stop: stop and close say so, and the segment is not lost', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const finishFiles = bench.platform.leaveUnfinished()
    const letEnd = bench.platform.holdEnds()
    assert.ok(bench.platform.kill('mic'))
    const stopped = bench.command('api', 'track.stop')
    const close = bench.command('api', 'recording.close')
    const outcomes = Promise.allSettled([stopped, close])
    letEnd()
    const codes = (await outcomes).map((one) => one.status === 'rejected' && one.reason.code)
    assert.deepEqual(codes, ['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'])
    assert.equal(await closed(), false)
    finishFiles('media')
    await eventually('the segment in the log', async () =>
      (await types()).includes('segment.closed'),
    )
    await bench.command('api', 'recording.close')
  })

  test('closes its recording, too, when it turns out to hold no media', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const finishFiles = bench.platform.leaveUnfinished()
    await assert.rejects(bench.command('api', 'track.stop'), { code: 'STORAGE_UNAVAILABLE' })
    const { id } = await bench.command('api', 'recording.start', { media: ['speaker'] })
    assert.equal(await closed(), false)
    finishFiles('nothing')
    await eventually('the recording is closed', closed)
    assert.ok((await types()).includes('segment.discarded'))
    assert.equal((await bench.recorder.recording('current', 'api')).id, id)
  })

  test('of a crash, and cannot be finished at the next start either: its recording waits for it', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    bench.salvageProblem = new Error('EIO, on purpose')
    await bench.crash()
    const told = async () => (await bench.recorder.application('api')).errors
    const [error, ...others] = await told()
    assert.deepEqual([error?.code, others], ['STORAGE_UNAVAILABLE', []])
    assert.match(error!.message, /mic .* cannot be finished yet/)
    const waits = bench.command('api', 'recording.close')
    await assert.rejects(waits, { code: 'STORAGE_UNAVAILABLE' })
    assert.equal(await closed(), false)
    bench.salvageProblem = undefined
    await eventually(
      'the segment in the log',
      async () => (await types()).includes('segment.closed'),
      30_000,
    )
    assert.deepEqual(await told(), [])
    await bench.command('api', 'recording.close')
  })
})
