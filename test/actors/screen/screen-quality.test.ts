import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { unsealed } from '../../../lab/unsealed.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { QUALITY_PRESETS } from '../../../src/contract/quality.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'
import { frames } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const MOVING_MS = 1_200
/** A frame on which nothing has changed, in bytes. */
const STILL_FRAME_MAX = 100

suite('screen quality', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  for (const [name, quality] of Object.entries(QUALITY_PRESETS)) {
    test.unless(
      problem,
      `${name} has its frame rate, and a still screen full of small print takes little space`,
      async () => {
        // Black on white, strokes of a pixel, as in small print.
        await desktop.fillScreen('#ffffff')
        for (let index = 0; index < 2_000; index++) {
          const [x, y] = [(index % 100) * 6, Math.floor(index / 100) * 14]
          const isUpright = (index * 7) % 3 !== 0
          const stroke = isUpright
            ? { x: x + (index % 4), y, width: 1, height: 9 }
            : { x, y: y + 4, width: 4, height: 1 }
          desktop.fillArea(stroke, '#000000')
        }
        const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
        const capture = bench.capture(platform, 'screen')
        capture.open(await platform.resolve('screen', undefined), 1, undefined, quality)
        const { startedAt } = await capture.next('capture.flowing')
        const movedFrom = Date.now() - Date.parse(startedAt)
        // Moves faster than the frame rate, then stands still.
        for (let change = 0; change < MOVING_MS / 10; change++) {
          desktop.fillArea(
            { x: 0, y: 700, width: 9, height: 9 },
            change % 2 ? '#000000' : '#ffffff',
          )
          await setTimeout(10)
        }
        const movedTo = Date.now() - Date.parse(startedAt)
        const progress = () =>
          capture.reports.filter((report) => report.type === 'capture.progress').length
        const moved = progress()
        await eventually('two seconds', () => progress() >= moved + 3, 10_000)
        capture.cut()
        const { description } = await capture.next('capture.ended')
        const path = join(capture.folder, description!.file)
        const shown = await frames(path)
        const moving = shown.filter(({ atMs }) => atMs > movedFrom && atMs < movedTo)
        // The median: a busy machine skips some.
        const gaps = moving.slice(1).map(({ atMs }, index) => atMs - moving[index]!.atMs)
        const rate = 1_000 / gaps.sort((a, b) => a - b)[gaps.length >> 1]!
        assert.ok(Math.abs(rate / quality.framesPerSecond - 1) < 0.3, `${rate} frames a second`)
        assert.equal(shown.filter(({ key }) => key).length, 1)
        const args = [
          '-v',
          'error',
          '-show_entries',
          'packet=size',
          '-of',
          'csv=p=0',
          unsealed(path),
        ]
        const sizes = execFileSync('ffprobe', args, { encoding: 'utf8' })
          .trim()
          .split('\n')
          .map(Number)
        const late = sizes.slice(-2)
        assert.ok(Math.max(...late) < STILL_FRAME_MAX, JSON.stringify(sizes))
      },
    )
  }
})
