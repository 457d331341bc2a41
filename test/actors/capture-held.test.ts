import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'

/** Holds this process for a while, as Ctrl-Z or a debugger does. */
function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

suite('a capture whose recorder is held', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())

  test('for longer than media may take to flow flows all the same', async () => {
    const flow = 3_000
    const platform = bench.platform({ source: 'synthetic', limits: { flow } })
    const capture = bench.capture(platform, 'mic')
    capture.open(await platform.resolve('mic', undefined))
    await eventually('its programs run', () => capture.processes.length >= 2)
    hold(flow + 200)
    await capture.next('capture.flowing')
  })
})
