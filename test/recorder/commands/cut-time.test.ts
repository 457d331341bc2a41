import assert from 'node:assert/strict'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

suite('the time of a cut', (test) => {
  test('a pause keeps nothing of after the time that the log has of it', async () => {
    const bench = await RecorderBench.create()
    try {
      // The recorder's time is finer than the milliseconds of the log.
      bench.clock.now = () => Math.floor(Date.now()) + 0.75
      const { capture } = bench.platform
      const cuts: number[] = []
      bench.platform.capture = (medium, report) => {
        const real = capture.call(bench.platform, medium, report)
        return {
          dispose: () => real.dispose(),
          send(command) {
            if (command.type === 'capture.cut') cuts.push(command.at)
            real.send(command)
          },
        }
      }
      await bench.command('api', 'recording.start')
      await bench.command('api', 'track.pause')
      const named = (await bench.events()).flatMap((event) =>
        event.type === 'track.pausing' ? [Date.parse(event.data.cutAt)] : [],
      )
      assert.equal(named.length, 3)
      for (const at of cuts) assert.ok(named.includes(at), `${at} is none of ${named}`)
    } finally {
      await bench.dispose()
    }
  })
})
