import { holdThread } from '../support/hold-thread.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'

suite('a capture whose recorder is held', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())

  test('for longer than media may take to flow flows all the same', async () => {
    const flow = 3_000
    const platform = bench.platform({ source: 'synthetic', limits: { flow } })
    const capture = bench.capture(platform, 'mic')
    capture.open(await platform.resolve('mic', undefined))
    await eventually('its programs run', () => capture.processes.length >= 2)
    holdThread(flow + 200)
    await capture.next('capture.flowing')
  })
})
