import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { LogBallast } from '../../../src/store/port.ts'
import { latch } from '../../support/latch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

suite('a report that waits for space', (test) => {
  const asked = latch()
  const released = latch()
  let bench: RecorderBench
  test.beforeEach(async () => {
    const ballast: LogBallast = {
      bytes: 1_000_000,
      ensure: async () => true,
      release: async () => {
        asked.open()
        await released.opened
        return true
      },
    }
    bench = await RecorderBench.create({ ballast })
  })
  test.afterEach(() => bench.dispose())

  test('is not overtaken by the end of its file, so no command outlives its recording', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const finishFiles = bench.platform.leaveUnfinished()
    bench.platform.outOfSpace('mic')
    await asked.opened
    finishFiles('media')
    await turn()
    const stopped = bench.command('api', 'track.stop')
    const closed = bench.command('api', 'recording.close')
    const outcomes = Promise.allSettled([stopped, closed])
    // Whatever the disk guard still does comes after the commands.
    await turn()
    released.open()
    // The capture has ended with its file unfinished, which both are told.
    assert.deepEqual(
      (await outcomes).map((one) => (one.status === 'rejected' ? one.reason.code : one.status)),
      ['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'],
    )
    await bench.command('api', 'recording.close')
    const types = (await bench.events()).map(({ type }) => type)
    assert.deepEqual(types.slice(types.indexOf('track.stopped')), [
      'track.stopped',
      'command.failed',
      'command.failed',
      'segment.closed',
      'command.accepted',
      'recording.closed',
      'command.completed',
    ])
  })
})
