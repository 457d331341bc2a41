import assert from 'node:assert/strict'
import { startVirtualDesktop, type VirtualDesktop } from '../../../lab/virtual-desktop.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { suiteOnEachServer } from '../../support/sound-servers.ts'
import { eventually } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'

/** Stereo sound of this time is more than may wait for an encoder. */
const HELD_MS = 7_000
/** Sound is read in steps after a second, and levels come ten times a second. */
const STEADY_LEVELS = 15

suiteOnEachServer('sound of a recorder that was held', (test, { soundServer, problem }) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ soundServer })
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  for (const medium of ['mic', 'speaker'] as const)
    test.unless(problem, `the ${medium} loses nothing that the server has kept`, async () => {
      const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
      const capture = bench.capture(platform, medium)
      const untilLevels = (count: number): Promise<unknown> =>
        eventually(`${count} levels`, () => {
          return capture.reports.filter(({ type }) => type === 'capture.level').length >= count
        })
      capture.open(await platform.resolve(medium, undefined))
      const { startedAt } = await capture.next('capture.flowing')
      await untilLevels(STEADY_LEVELS)
      holdThread(HELD_MS)
      await untilLevels(2 * STEADY_LEVELS + HELD_MS / 100)
      const cutAt = capture.cut()
      const { cause, description } = await capture.next('capture.ended')
      assert.equal(cause, 'cut')
      const missing = cutAt - Date.parse(startedAt) - description!.durationMs
      assert.ok(Math.abs(missing) < 100, `${missing} ms are missing`)
    })
})
