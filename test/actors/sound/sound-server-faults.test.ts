import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeAudio } from '../../../lab/measure.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../../lab/virtual-desktop.ts'
import type { CapturePlatform } from '../../../src/actors/port.ts'
import type { Device, Medium } from '../../../src/contract/media.ts'
import { assertWithin } from '../../support/machine.ts'
import { suiteOnEachServer } from '../../support/sound-servers.ts'
import { eventually } from '../../support/suite.ts'
import { CaptureBench, type ObservedCapture } from '../support/capture-bench.ts'
import { loudestDb } from '../support/loudest-tone.ts'
import { childrenWith } from '../support/processes.ts'

const STALL_MS = 600
const SPEAKER_HZ = 3_000
const NO_TRACE_DB = -50

/** A program of a sound server that is killed or frozen while sound is captured. */
interface Fault {
  program: string
  signal: 'SIGKILL' | 'SIGSTOP'
  /** Why a capture ends; null when it goes on. */
  cause: { code: string; detail: RegExp } | null
}

const IS_LOST = { code: 'DEVICE_UNAVAILABLE', detail: /./ }
const HAS_STALLED = { code: 'CAPTURE_FAILED', detail: /No media have come for 600 ms/ }
const ON_PULSEAUDIO: Fault[] = [
  { program: 'pulseaudio', signal: 'SIGKILL', cause: IS_LOST },
  { program: 'pulseaudio', signal: 'SIGSTOP', cause: HAS_STALLED },
]
const ON_PIPEWIRE: Fault[] = [
  { program: 'pipewire-pulse', signal: 'SIGKILL', cause: IS_LOST },
  { program: 'pipewire-pulse', signal: 'SIGSTOP', cause: HAS_STALLED },
  { program: 'pipewire', signal: 'SIGKILL', cause: IS_LOST },
  { program: 'pipewire', signal: 'SIGSTOP', cause: HAS_STALLED },
  // It makes the connections: they end with it, but last while it is frozen.
  { program: 'wireplumber', signal: 'SIGKILL', cause: HAS_STALLED },
  { program: 'wireplumber', signal: 'SIGSTOP', cause: null },
]

suiteOnEachServer('faults of the sound server', (test, { soundServer, isPipeWire, problem }) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null)
      desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer })
  })
  test.afterEach(() => bench.settle())
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })

  const platform = () =>
    bench.platform({
      env: { ...process.env, ...desktop.env },
      limits: { encoderFinish: 200, encoderTerminate: 50, stall: STALL_MS },
    })

  async function flowing(devices: CapturePlatform, medium: Medium): Promise<ObservedCapture> {
    const capture = bench.capture(devices, medium)
    capture.open(await devices.resolve(medium, undefined))
    await capture.next('capture.flowing')
    return capture
  }

  const someLevels = (capture: ObservedCapture, count: number) =>
    eventually(
      'some sound',
      () => capture.reports.filter(({ type }) => type === 'capture.level').length >= count,
    )

  /** Sends a signal to a program of the server. Returns a function that makes it good again. */
  function strike({ program, signal }: Pick<Fault, 'program' | 'signal'>): () => Promise<void> {
    const pid = desktop.soundPrograms[program]!
    process.kill(pid, signal)
    return async () => {
      if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT')
      else await desktop.reviveSound()
    }
  }

  for (const fault of isPipeWire ? ON_PIPEWIRE : ON_PULSEAUDIO) {
    const what = `${fault.program} ${fault.signal === 'SIGKILL' ? 'killed' : 'frozen'}`
    test.unless(
      problem,
      fault.cause
        ? `${what}: captures end with a reason, and record their own devices when it is back`
        : `${what}: captures go on`,
      async () => {
        const devices = platform()
        const tone = await desktop.play('speaker', { toneHz: SPEAKER_HZ, seconds: 60 })
        const [mic, speaker] = await Promise.all([
          flowing(devices, 'mic'),
          flowing(devices, 'speaker'),
        ])
        const all = [mic, speaker]
        for (const capture of all) await someLevels(capture, 3)
        const struckAt = Date.now()
        const makeGood = strike(fault)
        let last = 1
        try {
          if (fault.cause) {
            for (const capture of all) {
              const { cause } = await capture.next('capture.ended')
              assert.ok(cause !== 'cut')
              assert.equal(cause.code, fault.cause.code, cause.detail)
              assert.match(cause.detail, fault.cause.detail)
            }
            assertWithin(Date.now() - struckAt, STALL_MS + 400, 'the ends')
            assert.deepEqual([childrenWith('parec'), childrenWith('libopus')], [[], []])
            last = 2
            for (const capture of all)
              capture.open(device(capture.medium), last, Date.now() + 60_000)
          } else for (const capture of all) await someLevels(capture, 15)
        } finally {
          await makeGood()
        }
        for (const capture of all) {
          await capture.next('capture.flowing', last, 20_000)
          capture.cut(last)
          assert.equal((await capture.next('capture.ended', last)).cause, 'cut')
        }
        await tone.stop()
        assert.ok((await loudest(speaker, 1)) > -20, 'the speaker has its sound')
        for (let segment = 1; segment <= last; segment++)
          assert.ok((await loudest(mic, segment)) < NO_TRACE_DB, 'the microphone has only its own')
      },
    )
  }

  const device = (medium: Medium): Device =>
    medium === 'mic'
      ? { id: desktop.micSource, label: 'Microphone' }
      : { id: desktop.speakerSink, label: 'Speaker' }

  async function loudest(capture: ObservedCapture, segment: number): Promise<number> {
    const { description } = await capture.next('capture.ended', segment)
    return loudestDb(await decodeAudio(join(capture.folder, description!.file)), SPEAKER_HZ)
  }

  test.unless(problem, 'a cut ends as fast as usual when the server is frozen', async () => {
    for (const program of Object.keys(desktop.soundPrograms)) {
      const capture = await flowing(platform(), 'mic')
      const makeGood = strike({ program, signal: 'SIGSTOP' })
      try {
        const at = capture.cut()
        const { cause, description } = await capture.next('capture.ended')
        assertWithin(Date.now() - at, 500, 'the end')
        assert.equal(cause, 'cut')
        assert.ok(description)
        // Nor is the server waited for when it has not answered yet.
        const opening = bench.capture(platform(), 'mic')
        opening.open(device('mic'))
        await new Promise((resolve) => setImmediate(resolve))
        const cutAt = opening.cut()
        assert.equal((await opening.next('capture.ended')).description, null)
        assertWithin(Date.now() - cutAt, 500, 'the end of what has not begun')
      } finally {
        await makeGood()
      }
    }
  })

  test.unless(
    problem,
    'a cut that comes before a frozen server is noticed says that the media had ended before',
    async () => {
      const stall = 60_000
      const devices = bench.platform({ env: { ...process.env, ...desktop.env }, limits: { stall } })
      const capture = await flowing(devices, 'mic')
      await someLevels(capture, 15)
      const makeGood = strike({
        program: isPipeWire ? 'pipewire' : 'pulseaudio',
        signal: 'SIGSTOP',
      })
      try {
        await delay(1_500)
        const at = capture.cut()
        const { cause, description, fault } = await capture.next('capture.ended')
        assert.equal(cause, 'cut')
        assert.ok(at - Date.parse(description!.endedAt) > 1_000)
        assert.deepEqual(fault, { code: 'CAPTURE_FAILED', reason: 'captureFailed' })
      } finally {
        await makeGood()
      }
      const next = await flowing(devices, 'mic')
      next.cut()
      assert.equal((await next.next('capture.ended')).fault, undefined)
    },
  )

  test.unless(problem, 'a missing device is reported at once', async () => {
    const capture = bench.capture(platform(), 'mic')
    const openedAt = performance.now()
    capture.open({ id: 'unplugged', label: 'Unplugged' })
    const { cause, description } = await capture.next('capture.ended')
    assertWithin(performance.now() - openedAt, 1_500, 'the report')
    assert.ok(cause !== 'cut')
    assert.deepEqual([cause.code, cause.reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
    assert.equal(description, null)
    assert.equal(existsSync(capture.folder), false)
  })
})
