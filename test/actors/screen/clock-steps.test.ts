import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import type { ClockJump, RecorderClock } from '../../../src/time/recorder-clock.ts'
import { type FakeTime, fakeTime, fakeTimeProblem } from '../../e2e/support/fake-time.ts'
import { assertWithin, slowness } from '../../support/machine.ts'
import { suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'
import { colours, containerMs, frames } from '../support/media-files.ts'

const impossible = (await virtualDesktopProblem()) ?? fakeTimeProblem()
const RED = '#d02020'
const BLUE = '#2020d0'

/** The recorder's time is the true one; the system clock, as ffmpeg sees it, can be set. */
class BesideFakeTime implements RecorderClock {
  wallAheadMs = 0
  readonly #time: FakeTime
  readonly #listeners = new Set<(jump: ClockJump) => void>()
  constructor(time: FakeTime) {
    this.#time = time
  }
  now(): number {
    return Date.now()
  }
  check(): void {}
  adoptWallClock(): void {}
  notBefore(): void {}
  onJump(listener: (jump: ClockJump) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  step(byMs: number): void {
    this.wallAheadMs += byMs
    this.#time.set(this.wallAheadMs / 1_000)
    for (const listener of [...this.#listeners]) listener({ type: 'stepped', byMs })
  }
}

suite('a system clock that is set again and again', (test) => {
  let desktop: VirtualDesktop
  let folder: string
  const bench = new CaptureBench()
  test.before(async () => {
    if (impossible === null) desktop = await startVirtualDesktop({ width: 640, height: 360 })
    folder = mkdtempSync(join(tmpdir(), 'f2f-steps-'))
  })
  test.afterEach(() => bench.settle())
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
    rmSync(folder, { recursive: true })
  })

  async function opened() {
    const time = fakeTime(folder)
    const clock = new BesideFakeTime(time)
    const env = { ...process.env, ...desktop.env, ...time.env }
    const platform = bench.platform({ env, clock })
    const capture = bench.capture(platform, 'screen')
    const device = await platform.resolve('screen', undefined)
    return { clock, capture, device }
  }

  for (const [what, steps] of [
    ['ahead', [40, 80, 150, 300, 700, 2_000]],
    ['back', [-40, -80, -150, -200, -300]],
    ['to and fro', [250, -250, 90, -60, -35, 60, 200, -300]],
  ] as const) {
    test.unless(
      impossible,
      `${what}: the screen stays one segment, and every picture is in its time`,
      async () => {
        const { clock, capture, device } = await opened()
        await desktop.fillScreen(RED)
        capture.open(device)
        const { startedAt } = await capture.next('capture.flowing')
        const changes: number[] = []
        for (const [index, byMs] of steps.entries()) {
          await delay(330)
          clock.step(byMs)
          // Longer than a step back, in which the picture stands still.
          await delay(Math.max(0, -byMs) + 330)
          await desktop.fillScreen(index % 2 === 0 ? BLUE : RED)
          changes.push(Date.now() - Date.parse(startedAt))
        }
        // A starved machine captures the last change later.
        await delay(300 * slowness(3_000))
        const cutMs = capture.cut() - Date.parse(startedAt)
        const { cause, description } = await capture.next('capture.ended')
        assert.equal(cause, 'cut', JSON.stringify(cause))
        const path = join(capture.folder, description!.file)
        const { durationMs } = description!
        assert.ok(durationMs <= cutMs && durationMs > cutMs - 150, `${durationMs} of ${cutMs} ms`)
        // Each colour lasts for longer than the limit of a starved machine.
        const slow = slowness(durationMs)
        const limitOf = (index: number): number => {
          if (slow < 2) return 150 * slow
          const next = changes[index + 1]
          return next === undefined ? cutMs - changes[index]! : 640
        }
        assert.ok(Math.abs((await containerMs(path)) - durationMs) < 70)
        assert.deepEqual(
          (await changesOf(path)).map(
            (ms, index) => Math.abs(ms - changes[index]!) < limitOf(index),
          ),
          changes.map(() => true),
          `${await changesOf(path)} for ${changes}`,
        )
      },
    )
  }

  for (const byMs of [120, -120, -2_000, 60_000])
    test.unless(impossible, `a start goes on when it is set by ${byMs} ms meanwhile`, async () => {
      const { clock, capture, device } = await opened()
      capture.open(device)
      const at = Date.now()
      for (const afterMs of [30, 60]) {
        await delay(afterMs)
        clock.step(byMs)
      }
      const { startedAt } = await capture.next('capture.flowing')
      const ms = Date.parse(startedAt) - at
      assert.ok(ms >= -1, `it began after ${ms} ms`)
      assertWithin(ms, 2_000, 'the start')
    })

  /** When the colour of the screen changes, in ms from the first frame. */
  async function changesOf(path: string): Promise<number[]> {
    const seen = await colours(path)
    const times = (await frames(path)).map(({ atMs }) => atMs)
    assert.equal(seen.length, times.length)
    const isRed = seen.map(([red, , blue]) => red > blue)
    return times.filter((_, index) => index > 0 && isRed[index] !== isRed[index - 1])
  }
})
