import assert from 'node:assert/strict'
import { join } from 'node:path'
import { decodeAudio } from '../../../lab/measure.ts'
import { addMicrophone, type Microphone, pactl } from '../../../lab/microphone.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { loudestDb } from '../support/loudest-tone.ts'

const problem = await virtualDesktopProblem('pipewire')
const OWN_HZ = 1_000
const OTHER_HZ = 3_000
/** A millisecond of the tone is louder; the click at the end of another tone is not. */
const NO_TRACE_DB = -45
const TIMES = 3

suite('PipeWire', (test) => {
  let desktop: VirtualDesktop
  let own: Microphone
  let other: Microphone
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem !== null) return
    desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer: 'pipewire' })
    own = await addMicrophone(desktop.env, 'own', OWN_HZ)
    other = await addMicrophone(desktop.env, 'other', OTHER_HZ)
    // PipeWire takes the default source for one that is missing.
    await pactl(desktop.env, 'set-default-source', 'other')
  })
  test.after(async () => {
    await bench.close()
    await own?.stop()
    await other?.stop()
    await desktop?.stop()
  })
  test.afterEach(async () => {
    await bench.settle()
    await own?.plug()
  })
  const env = () => ({ ...process.env, ...desktop.env })

  function open(medium: 'mic' | 'speaker', id: string): ObservedCapture {
    const capture = bench.capture(bench.platform({ env: env() }), medium)
    capture.open({ id, label: id })
    return capture
  }

  /** The levels of the right and the wrong tone in what was kept. */
  async function kept(capture: ObservedCapture): Promise<{ own: number; other: number }> {
    const { description } = await capture.next('capture.ended')
    const samples = await decodeAudio(join(capture.folder, description!.file))
    return { own: loudestDb(samples, OWN_HZ), other: loudestDb(samples, OTHER_HZ) }
  }

  const someSound = (capture: ObservedCapture): Promise<boolean> =>
    eventually(
      'some sound',
      () => capture.reports.filter(({ type }) => type === 'capture.level').length > 6,
    )

  for (const medium of ['mic', 'speaker'] as const)
    test.unless(problem, `a missing ${medium} is refused and not replaced by another`, async () => {
      const capture = open(medium, 'gone')
      const { cause, description } = await capture.next('capture.ended')
      assert.ok(cause !== 'cut')
      assert.deepEqual([cause.code, cause.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
      assert.equal(description, null)
      assert.ok(!capture.reports.some(({ type }) => type === 'capture.flowing'))
    })

  test.unless(
    problem,
    `a microphone that is removed leaves no sound of another on disk, ${TIMES} times`,
    async () => {
      for (let time = 1; time <= TIMES; time++) {
        const capture = open('mic', 'own')
        await capture.next('capture.flowing')
        await someSound(capture)
        const struckAt = Date.now()
        await own.unplug()
        const { cause, description } = await capture.next('capture.ended')
        assertWithin(Date.now() - struckAt, 1_000, 'the end after the removal')
        assert.ok(cause !== 'cut')
        assert.deepEqual([cause.code, cause.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
        assertWithin(struckAt - Date.parse(description!.endedAt), 500, 'what is missing of its own')
        const levels = await kept(capture)
        assert.ok(levels.own > -14 && levels.other < NO_TRACE_DB, JSON.stringify(levels))
        await own.plug()
      }
    },
  )

  test.unless(problem, 'nobody can move a recording to another microphone', async () => {
    const capture = open('mic', 'own')
    await capture.next('capture.flowing')
    const listed = await pactl(desktop.env, 'list', 'source-outputs')
    const block = listed
      .split(/\n(?=Source Output)/)
      .find((text) => text.includes('"f2f-recorder"'))
    const stream = /#(\d+)/.exec(block ?? '')?.[1] ?? ''
    await assert.rejects(pactl(desktop.env, 'move-source-output', stream, 'other'))
    await someSound(capture)
    capture.cut()
    assert.equal((await capture.next('capture.ended')).cause, 'cut')
    const levels = await kept(capture)
    assert.ok(levels.own > -14 && levels.other < NO_TRACE_DB, JSON.stringify(levels))
  })
})
