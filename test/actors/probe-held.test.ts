import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { MEDIA } from '../../src/contract/media.ts'
import { holdThread } from '../support/hold-thread.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'

const problem = await virtualDesktopProblem()

suite('a check of a device whose recorder is held', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ width: 640, height: 360 })
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  for (const medium of MEDIA)
    test.unless(problem, `finds the ${medium} that delivers`, async () => {
      const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
      const device = await platform.resolve(medium, undefined)
      // On a slow machine a healthy device may be late, too.
      await eventually('it delivers', async () => {
        const probing = platform.probe(medium, device, new AbortController().signal)
        // Longer than a device may take to deliver.
        holdThread(1_400)
        return (await probing).problem === null
      })
    })
})
