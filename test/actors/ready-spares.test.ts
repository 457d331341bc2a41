import assert from 'node:assert/strict'
import { copyFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { PreparedPlatform } from '../../src/actors/capture-platform.ts'
import { SpareUpkeep } from '../../src/actors/spare-upkeep.ts'
import { Spares } from '../../src/actors/spares.ts'
import type { KeepReady } from '../../src/contract/configuration.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import { resolveQuality } from '../../src/contract/quality.ts'
import { slowness } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench, type ObservedCapture } from './support/capture-bench.ts'
import { childrenWith } from './support/processes.ts'

const problem = await virtualDesktopProblem()
const QUALITY = resolveQuality('standard')
/** A text that only the command of each medium's ffmpeg has. */
const MARKS = { mic: '-ac 1 ', speaker: '-ac 2 ', screen: 'x11grab' }

suite('programs that wait for the first capture', (test) => {
  let desktop: VirtualDesktop
  let keepReady: KeepReady
  let spares: Spares
  let platform: PreparedPlatform
  let upkeep: SpareUpkeep | undefined
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.beforeEach(() => {
    if (problem !== null) return
    keepReady = 'always'
    spares = new Spares(() => keepReady)
    platform = bench.platform({ env: env(), spares })
    const prepare = (signal: AbortSignal) => platform.prepare(QUALITY, signal)
    upkeep = new SpareUpkeep({ spares, prepare, firstMs: 0, everyMs: 200 })
  })
  test.afterEach(async () => {
    await bench.settle()
    await upkeep?.close()
    assert.deepEqual(waiting(), [])
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  const env = () => ({ ...process.env, ...desktop.env })
  const waiting = () => MEDIA.filter((medium) => childrenWith(MARKS[medium]).length > 0)

  async function start(medium: Medium): Promise<ObservedCapture> {
    const capture = bench.capture(platform, medium)
    capture.open(await platform.resolve(medium, undefined), 1)
    return capture
  }

  async function end(capture: ObservedCapture): Promise<void> {
    capture.cut(1)
    const { description } = await capture.next('capture.ended', 1)
    assert.ok(description && description.durationMs > 0)
  }

  function usedBy(capture: ObservedCapture): number[] {
    return capture.processes.map(({ process: { pid } }) => pid)
  }

  test.unless(problem, 'the first capture of each medium uses what waits for it', async () => {
    upkeep?.begin()
    await eventually('all wait', () => waiting().length === 3)
    for (const medium of MEDIA) {
      const [spare] = childrenWith(MARKS[medium])
      const capture = await start(medium)
      await capture.next('capture.flowing', 1)
      const used = new Set(usedBy(capture))
      assert.ok(used.has(spare as number))
      // One that has not begun in time is replaced, as on a starved machine.
      if (slowness(10_000) < 2) assert.equal(used.size, 1)
      await end(capture)
    }
    await eventually('all wait again', () => waiting().length === 3)
  })

  test.unless(problem, 'a program that dies just when it is needed costs no sound', async () => {
    upkeep?.begin()
    await eventually('it waits', () => childrenWith(MARKS.mic).length === 1)
    const [spare] = childrenWith(MARKS.mic)
    const device = await platform.resolve('mic', undefined)
    const capture = bench.capture(platform, 'mic')
    process.kill(spare!, 'SIGKILL')
    capture.open(device, 1)
    await capture.next('capture.flowing', 1)
    assert.equal(usedBy(capture)[0], spare)
    assert.ok(new Set(usedBy(capture)).size > 1, 'another has taken its place')
    await end(capture)
  })

  test.unless(problem, 'a program that has been updated is replaced', async () => {
    const ffmpegPath = join(bench.folder, 'ffmpeg-of-its-own')
    copyFileSync('/usr/bin/ffmpeg', ffmpegPath)
    const own = bench.platform({ env: env(), spares, ffmpegPath })
    const { signal } = new AbortController()
    await own.prepare(QUALITY, signal)
    const [old] = childrenWith(MARKS.mic)
    assert.ok(old !== undefined)
    utimesSync(ffmpegPath, 1, 1)
    await own.prepare(QUALITY, signal)
    await eventually('another waits', () => {
      const found = childrenWith(MARKS.mic)
      return found.length === 1 && found[0] !== old
    })
  })

  test.unless(problem, 'nothing waits when the settings say so, and nothing is left', async () => {
    upkeep?.begin()
    await eventually('all wait', () => waiting().length === 3)
    keepReady = 'never'
    upkeep?.apply()
    await eventually('none waits', () => waiting().length === 0)
    const capture = await start('mic')
    await capture.next('capture.flowing', 1)
    await end(capture)
    keepReady = 'afterUse'
    const second = await start('mic')
    await second.next('capture.flowing', 1)
    const { pid } = second.processes[0]!.process
    await end(second)
    await eventually('one waits after a capture', () => {
      const found = childrenWith(MARKS.mic)
      return found.length === 1 && found[0] !== pid
    })
  })
})
