import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import type { CaptureReport } from '../../../src/actors/capture.ts'
import { watchX11Screen } from '../../../src/platform/linux/x11-screen-watch.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { colours, type Rgb, sizeOf } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const RED: Rgb = [0xd0, 0x20, 0x20]
const BLUE: Rgb = [0x20, 0x20, 0xd0]
const LEFT = { x: 0, y: 0, width: 640, height: 720 }
const RIGHT = { x: 640, y: 0, width: 640, height: 720 }
/** An event has 3 s; the rest is for the recorder and its disk. */
const NOTICED_MS = 2_700

function near(seen: Rgb, wanted: Rgb): boolean {
  return seen.every((value, index) => Math.abs(value - wanted[index]!) < 16)
}

suite('screen watch', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.beforeEach(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.afterEach(async () => {
    await bench.settle()
    await desktop?.stop()
  })
  test.after(() => bench.close())

  async function flowing(id?: string): Promise<ObservedCapture> {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
    const capture = bench.capture(platform, 'screen')
    capture.open(await platform.resolve('screen', id))
    await capture.next('capture.flowing')
    return capture
  }

  const pathOf = (
    capture: ObservedCapture,
    { description }: Extract<CaptureReport, { type: 'capture.ended' }>,
  ): string => join(capture.folder, description!.file)

  /** The end that the watch brings about, in time. */
  async function ended(capture: ObservedCapture, since: number) {
    const end = await capture.next('capture.ended')
    assert.ok(
      performance.now() - since < NOTICED_MS,
      `noticed after ${performance.now() - since} ms`,
    )
    assert.ok(end.cause !== 'cut' && end.description)
    return { cause: end.cause, path: pathOf(capture, end) }
  }

  /** Tries again as a track that recovers does, and records for a moment. */
  async function again(capture: ObservedCapture, id: string): Promise<string> {
    capture.open({ id, label: id }, 2, Date.now() + 20_000)
    await capture.next('capture.flowing', 2)
    await eventually('a second of it', () =>
      capture.reports.some((one) => one.type === 'capture.progress'),
    )
    capture.cut(2)
    return pathOf(capture, await capture.next('capture.ended', 2))
  }

  test.unless(problem, 'a screen that is resized is recorded further in its new size', async () => {
    const settings = await desktop.displaySettings()
    for (const [width, height] of [
      [640, 360],
      [1280, 720],
    ] as const) {
      const capture = await flowing()
      const since = performance.now()
      await settings.resize(width, height)
      const { cause } = await ended(capture, since)
      assert.deepEqual(
        [cause.code, cause.reason, cause.detail],
        ['CAPTURE_FAILED', 'captureFailed', `The screen was resized to ${width}×${height}.`],
      )
      assert.deepEqual(await sizeOf(await again(capture, desktop.display)), [width, height])
    }
  })

  test.unless(problem, 'a screen that is resized just before the capture is noticed', async () => {
    const watched = {
      display: desktop.display,
      env: { ...process.env, ...desktop.env },
      area: { width: 640, height: 360 },
    }
    const watch = watchX11Screen(watched, () => {})
    assert.equal((await watch.check())?.detail, 'The screen was resized to 1280×720.')
    watch.stop()
  })

  test.unless(problem, 'a cut does not wait for a display that does not answer', async () => {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
    const device = await platform.resolve('screen', undefined)
    process.kill(desktop.pids.xvfb, 'SIGSTOP')
    const capture = bench.capture(platform, 'screen')
    capture.open(device)
    const since = performance.now()
    capture.cut()
    assert.equal((await capture.next('capture.ended')).cause, 'cut')
    // The display has 2.5 s to answer.
    const tookMs = performance.now() - since
    assert.ok(tookMs < 2_000, `${tookMs} ms`)
  })

  async function twoMonitors() {
    const settings = await desktop.displaySettings()
    await settings.setMonitor('LEFT', LEFT, { primary: true })
    await settings.setMonitor('RIGHT', RIGHT)
    await desktop.fillScreen('#2020d0')
    desktop.fillArea(LEFT, '#d02020')
    return settings
  }

  test.unless(problem, 'one monitor is recorded exactly, and nothing of the other', async () => {
    await twoMonitors()
    for (const [name, colour] of [
      ['LEFT', RED],
      ['RIGHT', BLUE],
    ] as const) {
      const capture = await flowing(`${desktop.display}/${name}`)
      capture.cut()
      const path = pathOf(capture, await capture.next('capture.ended'))
      assert.deepEqual(await sizeOf(path), [640, 720])
      for (const edge of ['8:720:0:0', '8:720:632:0']) {
        const seen = await colours(path, edge)
        assert.ok(
          seen.length > 0 && seen.every((one) => near(one, colour)),
          `${name}: ${JSON.stringify(seen)}`,
        )
      }
    }
  })

  test.unless(
    problem,
    'a monitor that is moved leaves no frame of its new place in the old segment',
    async () => {
      const settings = await twoMonitors()
      const capture = await flowing(`${desktop.display}/LEFT`)
      await eventually('a second of it', () =>
        capture.reports.some((one) => one.type === 'capture.progress'),
      )
      const since = performance.now()
      // What is at the old place from now on is another monitor's.
      await settings.setMonitor('LEFT', RIGHT)
      desktop.fillArea(LEFT, '#20d020')
      const { cause, path } = await ended(capture, since)
      assert.deepEqual(
        [cause.reason, cause.detail],
        ['captureFailed', 'The monitor LEFT was moved.'],
      )
      const before = await colours(path)
      assert.ok(
        before.every((one) => near(one, RED)),
        JSON.stringify(before),
      )
      const after = await colours(await again(capture, `${desktop.display}/LEFT`))
      assert.ok(
        after.every((one) => near(one, BLUE)),
        JSON.stringify(after),
      )
    },
  )

  test.unless(
    problem,
    'a monitor that is unplugged is a lost device until it is there again',
    async () => {
      const settings = await twoMonitors()
      const capture = await flowing(`${desktop.display}/RIGHT`)
      const since = performance.now()
      await settings.removeMonitor('RIGHT')
      const { cause } = await ended(capture, since)
      assert.deepEqual([cause.code, cause.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
      assert.equal(cause.detail, 'The monitor RIGHT is gone.')
      const path = again(capture, `${desktop.display}/RIGHT`)
      await settings.setMonitor('RIGHT', { ...RIGHT, height: 480 })
      assert.deepEqual(await sizeOf(await path), [640, 480])
    },
  )

  test.unless(problem, 'a frozen X server is not taken for a still screen', async () => {
    const capture = await flowing()
    const since = performance.now()
    process.kill(desktop.pids.xvfb, 'SIGSTOP')
    try {
      const { cause } = await ended(capture, since)
      assert.equal(cause.reason, 'deviceLost')
      assert.match(cause.detail, /^The X display :\d+ does not answer\.$/)
    } finally {
      process.kill(desktop.pids.xvfb, 'SIGCONT')
    }
  })

  test.unless(problem, 'a dead X server is reported in words that people understand', async () => {
    const capture = await flowing()
    const since = performance.now()
    process.kill(desktop.pids.xvfb, 'SIGKILL')
    const { cause } = await ended(capture, since)
    assert.equal(cause.reason, 'deviceLost')
    assert.match(cause.detail, /^The X display :\d+ is gone\.$/)
  })

  test.unless(
    problem,
    'a black screen is reported within 5 s and when it ends; a dark still one is not',
    async () => {
      const capture = await flowing()
      const warnings = () =>
        capture.reports.flatMap((one) => (one.type === 'capture.warning' ? [one] : []))
      const blackSince = performance.now()
      await desktop.fillScreen('#000000')
      await eventually('the warning', () => warnings().length === 1, 6_000)
      assertWithin(performance.now() - blackSince, 5_000, 'the warning')
      assert.ok(performance.now() - blackSince > 2_900, 'too early for a player that opens')
      assert.deepEqual([warnings()[0]?.code, warnings()[0]?.present], ['SCREEN_BLACK', true])
      // A terminal: black but for two lines of text.
      desktop.fillArea({ x: 20, y: 20, width: 300, height: 40 }, '#404040')
      await eventually('it is over', () => warnings().length === 2)
      assert.equal(warnings()[1]?.present, false)
      const progressed = capture.reports.length
      const seconds = () =>
        capture.reports.slice(progressed).filter((one) => one.type === 'capture.progress').length
      await eventually('six seconds of a screen that stands still', () => seconds() >= 6, 9_000)
      assert.equal(warnings().length, 2)
    },
  )
})
