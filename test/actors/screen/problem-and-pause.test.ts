import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'
import { fakeProgram } from '../support/fake-program.ts'
import { colours, frames, sizeOf } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
/** Goes on capturing for a while after it was asked to end, as on a busy machine. */
const SLOW_END = `case "$*" in *x11grab*pipe:1*) ;; *) exec ffmpeg "$@";; esac
ffmpeg "$@" 3>&3 4>&4 &
trap 'sleep 0.3; kill -INT $!' INT
while kill -0 $! 2>/dev/null; do wait $!; done`

suite('a screen whose display changes in the moment of a command', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ width: 640, height: 360 })
  })
  test.afterEach(() => bench.settle())
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  for (const [what, script, pauses] of [
    ['an ffmpeg that ends slowly', SLOW_END, [0, 60]],
    ['the usual ffmpeg', undefined, [5]],
  ] as const)
    for (const afterMs of pauses)
      test.unless(
        problem,
        `${what}, ${afterMs} ms after: nothing of the pause is kept`,
        async () => {
          const ffmpegPath = script && fakeProgram(join(bench.folder, 'slow'), 'ffmpeg', script)
          const env = { ...process.env, ...desktop.env }
          const limits = { screenQuit: 2_000 }
          const platform = bench.platform({ env, ffmpegPath, limits })
          const settings = await desktop.displaySettings()
          await settings.resize(320, 240)
          await desktop.fillScreen('#d02020')
          const capture = bench.capture(platform, 'screen')
          capture.open(await platform.resolve('screen', undefined))
          const { startedAt } = await capture.next('capture.flowing')
          await delay(400)
          await settings.resize(640, 360)
          await delay(afterMs)
          const cutAt = capture.cut()
          await desktop.fillScreen('#20d020')
          const { description } = await capture.next('capture.ended')
          const path = join(capture.folder, description!.file)
          const overMs = Date.parse(description!.endedAt) - cutAt
          assert.ok(overMs <= 0, `it ends ${overMs} ms after the pause`)
          const seen = await colours(path)
          assert.ok(
            seen.every(([red, green]) => red > green),
            JSON.stringify(seen),
          )
          const last = (await frames(path)).at(-1)!.atMs
          assert.ok(Date.parse(startedAt) + last <= cutAt)
          assert.ok(overMs > -700, `${-overMs} ms are missing`)
        },
      )

  for (const afterMs of [0, 40])
    test.unless(
      problem,
      `a start goes on in the new size, resized after ${afterMs} ms`,
      async () => {
        const settings = await desktop.displaySettings()
        await settings.resize(640, 360)
        const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
        const capture = bench.capture(platform, 'screen')
        capture.open(await platform.resolve('screen', undefined))
        await delay(afterMs)
        await settings.resize(320, 240)
        const outcome = await Promise.race([
          capture.next('capture.flowing'),
          capture.next('capture.ended'),
        ])
        assert.equal(outcome.type, 'capture.flowing', JSON.stringify(outcome))
        await delay(300)
        const opened = capture.reports.some(({ type }) => type === 'capture.ended')
        if (!opened) capture.cut()
        const { description } = await capture.next('capture.ended')
        const size = await sizeOf(join(capture.folder, description!.file))
        if (!opened) assert.deepEqual(size, [320, 240])
      },
    )
})
