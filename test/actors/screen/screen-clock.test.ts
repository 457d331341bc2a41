import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import type { ClockJump, RecorderClock } from '../../../src/time/recorder-clock.ts'
import { assertWithin } from '../../support/machine.ts'
import { suite } from '../../support/suite.ts'
import { CaptureBench } from '../support/capture-bench.ts'
import { containerMs } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()

/** A recorder's time beside which the system clock can be set: ffmpeg goes by the real one. */
class SetClock implements RecorderClock {
  aheadMs = 0
  #listeners = new Set<(jump: ClockJump) => void>()
  get wallAheadMs(): number {
    return this.aheadMs
  }
  now(): number {
    return Date.now() - this.aheadMs
  }
  check(): void {}
  adoptWallClock(): void {}

  notBefore(): void {}
  onJump(listener: (jump: ClockJump) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  step(byMs: number): void {
    for (const listener of [...this.#listeners]) listener({ type: 'stepped', byMs })
  }
}

suite('screen and clock', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  async function flowing(clock: SetClock) {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env }, clock })
    const capture = bench.capture(platform, 'screen')
    capture.open(await platform.resolve('screen', undefined))
    return { capture, startedAt: (await capture.next('capture.flowing')).startedAt }
  }

  test.unless(
    problem,
    'a screen that starts after the clock was set has the recorder’s time',
    async () => {
      const clock = new SetClock()
      clock.aheadMs = 3_600_000
      const { capture, startedAt } = await flowing(clock)
      assertWithin(Math.abs(Date.parse(startedAt) - clock.now()), 2_000, 'the first frame')
      capture.cut()
      await capture.next('capture.ended')
    },
  )

  for (const [what, byMs] of [
    ['forward', 60_000],
    ['back', -60_000],
  ] as const) {
    test.unless(
      problem,
      `a clock that is set ${what} ends the segment, which keeps its real length`,
      async () => {
        const clock = new SetClock()
        const { capture, startedAt } = await flowing(clock)
        // ffmpeg's frames are now timed a minute later than the recorder's time, or can no longer
        // be trusted to come.
        if (byMs > 0) clock.aheadMs = byMs
        clock.step(byMs)
        const { cause, description } = await capture.next('capture.ended')
        assert.ok(cause !== 'cut' && description)
        assert.equal(cause.detail, 'The system clock was set.')
        const realMs = Date.now() - Date.parse(startedAt)
        assert.ok(description.durationMs <= realMs, `${description.durationMs} ms of ${realMs}`)
        assert.ok(
          Math.abs(
            (await containerMs(join(capture.folder, description.file))) - description.durationMs,
          ) < 70,
        )
      },
    )
  }
})
