import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { colours, containerMs, frames } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const INTERVAL_MS = 1_000 / resolveQuality().framesPerSecond
/** Scheduling of an idle machine. */
const TOLERANCE_MS = 30

/** Times between changes, in ms: just two frame intervals, in the middle of a second, longer than one. */
const PAUSES = [140, 350, 140, 700, 1_250, 140, 1_050, 150, 500, 2_100, 160, 140]

suite('a still screen', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  async function flowing(): Promise<{ capture: ObservedCapture; startedAt: number }> {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
    const capture = bench.capture(platform, 'screen')
    capture.open(await platform.resolve('screen', undefined))
    return { capture, startedAt: Date.parse((await capture.next('capture.flowing')).startedAt) }
  }

  test.unless(
    problem,
    'every change is in the file, at its time, and the rest costs nothing',
    async () => {
      await desktop.fillScreen('#000000')
      const { capture, startedAt } = await flowing()
      const changes: { grey: number; at: number }[] = []
      for (const [index, pause] of PAUSES.entries()) {
        await new Promise((resolve) => setTimeout(resolve, pause))
        const grey = 32 + 16 * index
        const hex = grey.toString(16).padStart(2, '0')
        await desktop.fillScreen(`#${hex}${hex}${hex}`)
        changes.push({ grey, at: Date.now() - startedAt })
      }
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      const cutAt = capture.cut() - startedAt
      const { description } = await capture.next('capture.ended')
      const path = join(capture.folder, description!.file)
      const [shown, seen] = await Promise.all([frames(path), colours(path)])
      for (const { grey, at } of changes) {
        const index = seen.findIndex(([red]) => Math.abs(red - grey) < 6)
        assert.ok(index >= 0, `the grey ${grey} of ${at} ms is missing: ${JSON.stringify(seen)}`)
        const lateMs = shown[index]!.atMs - at
        assertWithin(Math.abs(lateMs), INTERVAL_MS + TOLERANCE_MS, `the grey ${grey}`)
      }
      // Two frames for each change, and one for each second.
      const all = Math.ceil(cutAt / INTERVAL_MS)
      assert.ok(shown.length < all / 2, `${shown.length} frames of ${all}`)
      // The last picture lasts until the cut.
      for (const ms of [description!.durationMs, await containerMs(path)])
        assert.ok(ms <= cutAt + 1 && ms > cutAt - 20, `${ms} ms of ${cutAt}`)
    },
  )

  test.unless(problem, 'a frozen display ends the capture soon', async () => {
    const { capture } = await flowing()
    await eventually('a still second', () =>
      capture.reports.some((report) => report.type === 'capture.progress'),
    )
    process.kill(desktop.pids.xvfb, 'SIGSTOP')
    try {
      const { cause } = await capture.next('capture.ended')
      assert.ok(cause !== 'cut')
      assert.match(cause.detail, /does not answer/)
    } finally {
      process.kill(desktop.pids.xvfb, 'SIGCONT')
    }
  })
})
