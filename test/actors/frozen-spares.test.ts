import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { Spares } from '../../src/actors/spares.ts'
import type { Medium } from '../../src/contract/media.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'
import { loudestDb } from './support/loudest-tone.ts'
import { colours, decodeSound } from './support/media-files.ts'
import { childrenWith, childWith } from './support/processes.ts'

const problem = await virtualDesktopProblem()
/** A text that only the command of each medium's ffmpeg has. */
const MARKS = { mic: 'libopus', screen: 'x11grab' }
/** A start and a resume promise media within this time. */
const FLOW_MS = 5_000
const TONE_HZ = 440

suite('spares that are frozen or dead when they are needed', (test) => {
  let desktop: VirtualDesktop
  const spares = new Spares()
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.afterEach(() => bench.settle())
  test.after(async () => {
    await bench.close()
    await spares.close()
    assert.deepEqual([...childrenWith('libopus'), ...childrenWith('x11grab')], [])
    await desktop?.stop()
  })

  /** Records and pauses, so that a spare waits; then opens the next segment. */
  async function resumed(medium: 'mic' | 'screen', hurt: (spare: number) => void) {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env }, spares })
    const device = await platform.resolve(medium as Medium, undefined)
    const capture = bench.capture(platform, medium)
    capture.open(device)
    await capture.next('capture.flowing')
    capture.cut()
    await capture.next('capture.ended')
    await eventually('a spare', () => childrenWith(MARKS[medium]).length === 1)
    const spare = childWith(MARKS[medium])
    // It waits for its input, or at its gate.
    await eventually('it waits', () => readFileSync(`/proc/${spare}/wchan`, 'utf8') !== '0')
    hurt(spare)
    const at = performance.now()
    const wallAt = Date.now()
    capture.open(device, 2)
    const { startedAt } = await capture.next('capture.flowing', 2)
    assertWithin(performance.now() - at, FLOW_MS, 'media after a resume')
    return { capture, spare, heardAfterMs: Date.parse(startedAt) - wallAt }
  }

  const faults = { 'was frozen': 'SIGSTOP', 'was just killed': 'SIGKILL' } as const
  for (const [what, signal] of Object.entries(faults)) {
    test.unless(problem, `a microphone whose spare ${what} loses no sound`, async () => {
      const sound = await desktop.play('mic', { toneHz: TONE_HZ, seconds: 30 })
      const hurt = (spare: number) => process.kill(spare, signal)
      const { capture, spare, heardAfterMs } = await resumed('mic', hurt)
      assertWithin(heardAfterMs, 500, 'the first sound')
      assert.ok(!childrenWith('libopus').includes(spare), 'the spare is gone')
      capture.cut(2)
      const { description } = await capture.next('capture.ended', 2)
      const path = join(capture.folder, description!.file)
      const samples = Float32Array.from(await decodeSound(path), (one) => one / 32_768)
      assert.ok(loudestDb(samples.subarray(0, 24_000), TONE_HZ) > -20)
      await sound.stop()
    })

    test.unless(problem, `a screen whose spare ${what} is recorded by another`, async () => {
      await desktop.fillScreen('#d02020')
      const hurt = (spare: number) => process.kill(spare, signal)
      const { capture, spare } = await resumed('screen', hurt)
      assert.ok(!childrenWith('x11grab').includes(spare), 'the spare is gone')
      capture.cut(2)
      const { description } = await capture.next('capture.ended', 2)
      const seen = await colours(join(capture.folder, description!.file))
      assert.ok(seen.length > 0 && seen.every(([red, green]) => red > 180 && green < 60))
    })
  }

  test.unless(problem, 'a pause does not wait for a frozen spare', async () => {
    const platform = bench.platform({ env: { ...process.env, ...desktop.env }, spares })
    const device = await platform.resolve('screen', undefined)
    const capture = bench.capture(platform, 'screen')
    capture.open(device)
    await capture.next('capture.flowing')
    capture.cut()
    await capture.next('capture.ended')
    await eventually('a spare', () => childrenWith('x11grab').length === 1)
    process.kill(childWith('x11grab'), 'SIGSTOP')
    capture.open(device, 2)
    const at = performance.now()
    capture.cut(2)
    assert.equal((await capture.next('capture.ended', 2)).cause, 'cut')
    assertWithin(performance.now() - at, 1_000, 'the pause')
  })
})
