import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { containerMs } from '../support/media-files.ts'

const problem = await virtualDesktopProblem()
const HELD_MS = 4_000

suite('a recorder that was held', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ width: 640, height: 360 })
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  async function flowing(): Promise<ObservedCapture> {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env } })
    const capture = bench.capture(platform, 'screen')
    capture.open(await platform.resolve('screen', undefined))
    await capture.next('capture.progress')
    return capture
  }

  test.unless(problem, 'does not show its last picture for the time it was held', async () => {
    const capture = await flowing()
    const heldAt = Date.now()
    holdThread(HELD_MS)
    const { cause, description } = await capture.next('capture.ended')
    assert.ok(cause !== 'cut' && description !== null)
    assert.deepEqual([cause.code, cause.reason], ['CAPTURE_FAILED', 'captureFailed'])
    assert.match(cause.detail, /not captured for \d+ ms/)
    const after = Date.parse(description.endedAt) - heldAt
    assert.ok(after < 1_000, `its media end ${after} ms after it was held`)
    const inFile = await containerMs(join(capture.folder, description.file))
    assert.ok(Math.abs(inFile - description.durationMs) < 70, `${inFile} ms in the file`)
  })

  test.unless(
    problem,
    'keeps the picture until a cut, when it was held for a moment only',
    async () => {
      const capture = await flowing()
      // Longer than a display that answers needs for a frame.
      holdThread(2_000)
      const cutAt = capture.cut()
      const { cause, description, fault } = await capture.next('capture.ended')
      assert.deepEqual([cause, fault], ['cut', undefined])
      const missing = cutAt - Date.parse(description!.endedAt)
      assert.ok(Math.abs(missing) < 100, `${missing} ms are missing`)
    },
  )

  test.unless(problem, 'does not do so either when it is cut then', async () => {
    const capture = await flowing()
    const heldAt = Date.now()
    holdThread(HELD_MS)
    capture.cut()
    const { description } = await capture.next('capture.ended')
    assert.ok(description !== null)
    const after = Date.parse(description.endedAt) - heldAt
    assert.ok(after < 1_000, `its media end ${after} ms after it was held`)
  })
})
