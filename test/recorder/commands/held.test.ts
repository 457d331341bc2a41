import assert from 'node:assert/strict'
import { holdThread } from '../../support/hold-thread.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

/** More than a pause may take. */
const HELD_MS = 6_100

suite('a recorder that is held during a command', (test) => {
  test('does not call it overdue', async () => {
    const bench = await RecorderBench.create()
    try {
      await bench.command('api', 'recording.start', { media: ['mic'] })
      const letEnd = bench.platform.holdEnds()
      const pausing = bench.command('api', 'track.pause')
      await eventually('the cut', () => bench.platform.cuts.length === 1)
      holdThread(HELD_MS)
      setTimeout(letEnd)
      assert.equal((await pausing).tracks.mic?.state, 'paused')
    } finally {
      await bench.dispose()
    }
  })
})
