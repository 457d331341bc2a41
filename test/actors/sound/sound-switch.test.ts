import assert from 'node:assert/strict'
import { join } from 'node:path'
import { decodeAudio, rmsDb, type Samples } from '../../../lab/measure.ts'
import { addMicrophone, type Microphone, pactl } from '../../../lab/microphone.ts'
import { recorderStreams } from '../../../lab/sound-streams.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../../lab/virtual-desktop.ts'
import type { CapturePlatform } from '../../../src/actors/port.ts'
import { assertWithin, slowness } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { loudestDb } from '../support/loudest-tone.ts'

// PipeWire never switches the source of a recording: pipewire.test.ts.
const SERVER = 'pulseaudio'
const problem = await virtualDesktopProblem(SERVER)
const OWN_HZ = 1_000
const OTHER_HZ = 3_000
/** A starving tone player clicks, at up to −58 dB here; half a millisecond of sound has −50 dB. */
const NO_TRACE_DB = -50
/** `npm run test:long` makes 20. */
const TIMES = Number(process.env.F2F_SWITCHES ?? 4)

suite('a sound server that switches the source', (test) => {
  let desktop: VirtualDesktop
  let own: Microphone
  let other: Microphone
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem !== null) return
    desktop = await startVirtualDesktop({ soundServer: SERVER })
    own = await addMicrophone(desktop.env, 'own', OWN_HZ)
    other = await addMicrophone(desktop.env, 'other', OTHER_HZ)
    // What PulseAudio moves a stream to.
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
    // A failed test must not take the next ones with it.
    await own?.plug()
  })
  const platform = () => bench.platform({ env: { ...process.env, ...desktop.env } })

  async function flowing(devices: CapturePlatform, id: string): Promise<ObservedCapture> {
    const capture = bench.capture(devices, 'mic')
    capture.open(await devices.resolve('mic', id))
    await capture.next('capture.flowing')
    return capture
  }

  async function samplesOf(capture: ObservedCapture, segment: number): Promise<Samples> {
    const { description } = await capture.next('capture.ended', segment)
    return decodeAudio(join(capture.folder, description!.file))
  }

  const someSound = (capture: ObservedCapture): Promise<boolean> =>
    eventually(
      'some sound',
      () => capture.reports.filter(({ type }) => type === 'capture.level').length > 6,
    )

  /** The device is unplugged; what was kept is of it alone. */
  async function unplugged(capture: ObservedCapture): Promise<void> {
    await someSound(capture)
    const struckAt = Date.now()
    await own.unplug()
    const { cause, description } = await capture.next('capture.ended')
    assertWithin(Date.now() - struckAt, 1_000, 'the end after the switch')
    assert.ok(cause !== 'cut')
    assert.deepEqual([cause.code, cause.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
    assert.match(cause.detail, /own/)
    const missing = struckAt - Date.parse(description!.endedAt)
    assertWithin(missing, 200, 'what is missing of the right device')
    await assertOwnSound(capture)
  }

  async function assertOwnSound(capture: ObservedCapture): Promise<void> {
    const samples = await samplesOf(capture, 1)
    const [right, wrong] = [loudestDb(samples, OWN_HZ), loudestDb(samples, OTHER_HZ)]
    assert.ok(right > -14, `${right} dB of the right device`)
    assert.ok(wrong < NO_TRACE_DB, `${wrong} dB of the wrong device`)
  }

  test.unless(
    problem,
    `of an unplugged device leaves no sound of another on disk; the device is recorded again when it is back, ${TIMES} times`,
    async () => {
      const devices = platform()
      for (let time = 1; time <= TIMES; time++) {
        const capture = await flowing(devices, 'own')
        await unplugged(capture)
        capture.open({ id: 'own', label: 'Own' }, 2, Date.now() + 60_000)
        await eventually('it has been tried', () =>
          bench.logger.lines.some(({ message }) => message === 'no media yet; trying again'),
        )
        bench.logger.lines.splice(0)
        await own.plug()
        await capture.next('capture.flowing', 2)
        capture.cut(2)
        const samples = await samplesOf(capture, 2)
        assert.ok(loudestDb(samples, OTHER_HZ) < NO_TRACE_DB)
        assert.ok(rmsDb(samples) > -20)
      }
    },
    { limitMs: 30_000 + 12_000 * TIMES },
  )

  test.unless(problem, 'on request is refused, and disturbs nothing', async () => {
    const capture = await flowing(platform(), 'own')
    await someSound(capture)
    const [stream = assert.fail()] = await recorderStreams(desktop.env)
    await assert.rejects(pactl(desktop.env, 'move-source-output', stream.index, 'other'))
    // Volumes that change many times a second disturb it no more than that.
    for (let change = 0; change < 20; change++)
      await pactl(desktop.env, 'set-source-output-volume', stream.index, String(65_000 + change))
    await someSound(capture)
    const at = capture.cut()
    const { cause, description } = await capture.next('capture.ended')
    assert.equal(cause, 'cut')
    assertWithin(at - Date.parse(description!.endedAt), 200, 'what is missing at the end')
    await assertOwnSound(capture)
  })

  test.unless(
    problem,
    'leaves no sound of another device on disk, also when a cut comes with the news',
    async () => {
      const devices = platform()
      for (const afterMs of [0, 5, 20]) {
        const capture = await flowing(devices, 'own')
        const unplugging = own.unplug()
        await new Promise((resolve) => setTimeout(resolve, afterMs))
        capture.cut()
        await unplugging
        const level = loudestDb(await samplesOf(capture, 1), OTHER_HZ)
        assert.ok(level < NO_TRACE_DB, `${level} dB of the wrong device, cut after ${afterMs} ms`)
        await own.plug()
      }
    },
  )

  test.unless(problem, 'disturbs no capture of another device', async () => {
    const devices = platform()
    const [mine, its] = [await flowing(devices, 'own'), await flowing(devices, 'other')]
    await unplugged(mine)
    const disturbances = new Set(['capture.ended', 'capture.warning'])
    assert.deepEqual(
      its.reportsWithoutLevels().filter(({ type }) => disturbances.has(type)),
      [],
    )
    its.cut()
    const { cause } = await its.next('capture.ended')
    // A starved sound server delivers nothing for seconds, whatever is unplugged.
    if (cause === 'cut' || cause.reason !== 'captureFailed' || slowness(10_000) < 2)
      assert.equal(cause, 'cut')
    assert.deepEqual(await recorderStreams(desktop.env), [])
  })
})
