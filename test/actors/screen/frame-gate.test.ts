import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { startXvfb } from '../../../lab/xvfb.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { findProgram } from '../../../src/processes/find-program.ts'
import { X11Connection } from '../../../src/x11/connection.ts'
import { encodeRequest, pair } from '../../../src/x11/wire.ts'
import { assertWithin, slowness } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { fakeProgram } from '../support/fake-program.ts'
import { colours, containerMs, frames } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const INTERVAL_MS = 1_000 / resolveQuality().framesPerSecond
const WARP_POINTER = 41
/** Scheduling of an idle machine. */
const TOLERANCE_MS = 30

/** Times between changes, in ms: from two frame intervals to longer than a second. */
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

  const env = () => ({ ...process.env, ...desktop.env })

  async function flowing(
    options: { env: NodeJS.ProcessEnv; ffmpegPath?: string } = { env: env() },
  ): Promise<{ capture: ObservedCapture; startedAt: number }> {
    const platform = bench.platform(options)
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
        // A starved machine does not capture what is there for a tenth of a second.
        await setTimeout(pause * Math.min(3, slowness(2_000)))
        const grey = 32 + 16 * index
        const hex = grey.toString(16).padStart(2, '0')
        await desktop.fillScreen(`#${hex}${hex}${hex}`)
        changes.push({ grey, at: Date.now() - startedAt })
      }
      await setTimeout(1_500)
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
      for (const ms of [description!.durationMs, await containerMs(path)]) {
        assert.ok(ms <= cutAt + 1, `${ms} ms of ${cutAt}`)
        // A busy machine captures the frame that ends it too late, and the one before is the last.
        assertWithin(cutAt - ms, 20, 'the end of the last picture before the cut')
      }
    },
  )

  test.unless(problem, 'a moved pointer is a change', async () => {
    const { capture } = await flowing()
    const pointer = await X11Connection.open(desktop.display, env(), 5_000)
    const moved: number[] = []
    for (const x of [100, 300, 500, 700]) {
      await setTimeout(300)
      const place = [0, 0, pair(x, 300)]
      pointer.send(encodeRequest(WARP_POINTER, 0, 0, pointer.root, ...place))
      moved.push(Date.now())
    }
    await setTimeout(300)
    capture.cut()
    pointer.close()
    const { description } = await capture.next('capture.ended')
    const startedAt = Date.parse(description!.startedAt)
    const shown = await frames(join(capture.folder, description!.file))
    for (const at of moved) {
      const lateMs = Math.min(
        ...shown.map((frame) => startedAt + frame.atMs - at).filter((late) => late > -2),
      )
      assertWithin(lateMs, INTERVAL_MS + TOLERANCE_MS, 'the pointer')
    }
  })

  test.unless(problem, 'without DAMAGE every frame is captured', async () => {
    const server = await startXvfb({ width: 640, height: 360 }, { without: 'DAMAGE' })
    try {
      const { capture } = await flowing({ env: { ...process.env, DISPLAY: server.display } })
      await setTimeout(1_000)
      capture.cut()
      const { description } = await capture.next('capture.ended')
      const shown = await frames(join(capture.folder, description!.file))
      assert.ok(shown.length > 6, `${shown.length} frames`)
    } finally {
      await server.stop()
    }
  })

  test.unless(problem, 'an ffmpeg that does not find the gate captures without it', async () => {
    const real = findProgram('ffmpeg', process.env)
    const refuse = `case " $* " in *' 127.0.0.1:'*) exit 1;; esac\nexec '${real}' "$@"`
    const ffmpegPath = fakeProgram(join(bench.folder, 'deaf'), 'ffmpeg', refuse)
    const { capture } = await flowing({ env: env(), ffmpegPath })
    capture.cut()
    assert.ok((await capture.next('capture.ended')).description)
  })

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
