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

  /** Ends with a recording that was closed although the file of its crash could not be finished. */
  async function closedWithoutFile(): Promise<string> {
    await bench.dispose()
    const salvageLimits = { firstMs: 5, mostMs: 20, closeMs: 100 }
    bench = await RecorderBench.create({ salvageLimits })
    const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
    bench.salvageProblem = new Error('EIO, on purpose')
    await bench.crash()
    await eventually('the end of the error', async () => {
      const { errors } = await bench.recorder.application('api')
      return errors.length === 0
    })
    await bench.command('api', 'recording.close')
    assert.equal((await types()).includes('segment.closed'), false)
    return id
  }

  const segmentsOf = async (id: string) =>
    (await bench.recorder.recording(id, 'api')).tracks.mic?.segments

  test('within ten minutes is looked for after its recording is closed, too', async () => {
    const id = await closedWithoutFile()
    bench.salvageProblem = undefined
    await eventually('the segment in the log', async () => (await segmentsOf(id)) === 1)
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'Closed')
    assert.deepEqual(bench.recorder.log.unfinishedFiles(), [])
  })

  test('before its recording was closed is looked for at every later start', async () => {
    const id = await closedWithoutFile()
    await bench.restart()
    assert.equal(await segmentsOf(id), 0)
    bench.salvageProblem = undefined
    await bench.restart()
    await eventually('the segment in the log', async () => (await segmentsOf(id)) === 1)
    await bench.restart()
    assert.equal((await types()).filter((type) => type === 'segment.closed').length, 1)
  })

  test('of a recording that is erased is not looked for any more', async () => {
    const id = await closedWithoutFile()
    const by = { side: 'api', client: 'admin', user: 'tester' } as const
    const { salvage } = bench.platform
    await bench.command('api', 'recording.erase', { reason: 'asked' }, { recordingId: id, by })
    bench.salvageProblem = undefined
    let asked = false
    bench.platform.salvage = async (...file) => {
      asked = true
      return salvage(...file)
    }
    const { id: next } = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.restart()
    assert.deepEqual(bench.recorder.log.unfinishedFiles(), [])
    assert.equal(asked, false)
    assert.equal((await bench.recorder.recording(next, 'api')).state, 'WrapUp')
  })

  test('that could not be finished in ten minutes lets its recording be closed by its timer', async () => {
    await bench.dispose()
    bench = await RecorderBench.create({
      salvageLimits: { firstMs: 5, mostMs: 20, closeMs: 6_500 },
    })
    await bench.command('api', 'recording.start', { media: ['mic'], wrapUpSeconds: 0 })
    bench.salvageProblem = new Error('EIO, on purpose')
    await bench.crash()
    await eventually('the close', closed, 15_000)
  })
})
