import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SoundRelay } from '../../lab/sound-relay.ts'
import { recorderStreams } from '../../lab/sound-streams.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { CapturePlatform } from '../../src/actors/port.ts'
import type { Medium } from '../../src/contract/media.ts'
import { PulseConnection } from '../../src/pulse/connection.ts'
import { u32 } from '../../src/pulse/tagstruct.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench, type ObservedCapture } from './support/capture-bench.ts'
import { fakeProgram } from './support/fake-program.ts'
import { decodeSound, frames } from './support/media-files.ts'
import { childrenWith, childWith } from './support/processes.ts'

const problem = await virtualDesktopProblem()
/** A command of the native protocol. */
const KILL_SOURCE_OUTPUT = 50

suite('capture faults', (test) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  const limits = { encoderFinish: 200, encoderTerminate: 50, screenQuit: 100 }
  test.beforeEach(async () => {
    if (problem === null) desktop = await startVirtualDesktop()
  })
  test.afterEach(() => desktop?.stop())
  test.after(() => bench.close())
  const platform = (stall?: number) =>
    bench.platform({
      env: { ...process.env, ...desktop.env },
      limits: { ...limits, ...(stall === undefined ? {} : { stall }) },
    })

  async function flowing(devices: CapturePlatform, medium: Medium): Promise<ObservedCapture> {
    const capture = bench.capture(devices, medium)
    capture.open(await devices.resolve(medium, undefined))
    await capture.next('capture.flowing')
    return capture
  }

  /**
   * The end that nobody asked for: everything that came is in a whole file, and no process is left.
   */
  async function died(
    capture: ObservedCapture,
  ): Promise<{ code: string; detail: string; reason: string }> {
    const { cause, description, unfinished } = await capture.next('capture.ended')
    assert.notEqual(cause, 'cut')
    assert.equal(unfinished, false)
    assert.ok(description && description.durationMs > 0)
    const path = join(capture.folder, description.file)
    if (capture.medium === 'screen') assert.ok((await frames(path)).length > 0)
    else assert.ok(Math.abs((await decodeSound(path)).length / 48 - description.durationMs) < 7)
    for (const program of ['libopus', 'x11grab']) assert.deepEqual(childrenWith(program), [])
    return cause as Exclude<typeof cause, 'cut'>
  }

  test('a killed capture helper is a failed capture', async () => {
    const capture = await flowing(bench.platform({ source: 'synthetic', limits }), 'mic')
    process.kill(childWith('sine='), 'SIGKILL')
    const { code, reason, detail } = await died(capture)
    assert.deepEqual([code, reason], ['CAPTURE_FAILED', 'captureFailed'])
    assert.match(detail, /SIGKILL/)
  })

  test.unless(problem, 'a stream that somebody ends is a lost device', async () => {
    const capture = await flowing(platform(), 'mic')
    const [stream = assert.fail()] = await recorderStreams(desktop.env)
    const env = { ...process.env, ...desktop.env }
    const connection = await PulseConnection.open({ env, properties: {} })
    await connection.request(KILL_SOURCE_OUTPUT, [u32(Number(stream.index))], () => {})
    connection.close()
    const { code, reason } = await died(capture)
    assert.deepEqual([code, reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
  })

  test.unless(problem, 'a connection that freezes, ends or is garbled is noticed', async () => {
    const relay = await SoundRelay.start(bench.folder, desktop.env)
    try {
      const env = { ...process.env, ...desktop.env, ...relay.env }
      const devices = bench.platform({ env, limits: { ...limits, stall: 600 } })
      for (const [fault, code, expected] of [
        ['freeze', 'CAPTURE_FAILED', /No media have come for 600 ms/],
        ['cut', 'DEVICE_UNAVAILABLE', /has ended the connection/],
        ['garble', 'CAPTURE_FAILED', /not of its protocol/],
      ] as const) {
        const capture = await flowing(devices, 'mic')
        const [connection = assert.fail()] = relay.connectionsWith(desktop.micSource)
        connection[fault]()
        const cause = await died(capture)
        assert.equal(cause.code, code)
        assert.match(cause.detail, expected)
        await eventually('it is closed', () => relay.connectionsWith('microphone').length === 0)
      }
    } finally {
      await relay.stop()
    }
  })

  test.unless(problem, 'sound that a busy machine holds up is waited for at a cut', async () => {
    const relay = await SoundRelay.start(bench.folder, desktop.env)
    try {
      const env = { ...process.env, ...desktop.env, ...relay.env }
      const capture = await flowing(bench.platform({ env }), 'mic')
      const [connection = assert.fail()] = relay.connectionsWith(desktop.micSource)
      await delay(1_500)
      connection.freeze()
      await delay(700)
      const at = capture.cut()
      setTimeout(() => connection.thaw(), 30)
      const { cause, description } = await capture.next('capture.ended')
      assert.equal(cause, 'cut')
      const missingMs = at - Date.parse(description!.endedAt)
      assertWithin(missingMs, 200, 'what is missing')
      assert.ok(missingMs >= 0, 'nothing of after the cut is kept')
    } finally {
      await relay.stop()
    }
  })

  test.unless(problem, 'a killed encoder is a failed capture', async () => {
    const capture = await flowing(platform(), 'speaker')
    process.kill(childWith('libopus'), 'SIGKILL')
    assert.equal((await died(capture)).code, 'CAPTURE_FAILED')
  })

  test.unless(
    problem,
    'a capture that ends by itself without an error is a failed capture too',
    async () => {
      const capture = await flowing(platform(), 'screen')
      process.kill(childWith('x11grab'), 'SIGINT')
      assert.equal((await died(capture)).code, 'CAPTURE_FAILED')
    },
  )

  test.unless(problem, 'a dead X server is a lost device, and disturbs no sound', async () => {
    const devices = platform()
    const [screen, mic] = await Promise.all([flowing(devices, 'screen'), flowing(devices, 'mic')])
    process.kill(desktop.pids.xvfb, 'SIGKILL')
    const { code, reason } = await deviceCause(screen)
    assert.deepEqual([code, reason], ['DEVICE_UNAVAILABLE', 'deviceLost'])
    const told = typesOf(mic).filter((type) => type !== 'capture.progress')
    assert.deepEqual(told, ['capture.flowing'])
    mic.cut()
    assert.equal((await mic.next('capture.ended')).cause, 'cut')
  })

  const typesOf = (capture: ObservedCapture) =>
    capture.reportsWithoutLevels().map(({ type }) => type)

  async function deviceCause(capture: ObservedCapture) {
    const { cause, description } = await capture.next('capture.ended')
    assert.ok(description)
    assert.notEqual(cause, 'cut')
    return cause as Exclude<typeof cause, 'cut'>
  }

  test.unless(problem, 'a frozen X server is noticed, and the capture is ended', async () => {
    const capture = await flowing(platform(600), 'screen')
    process.kill(desktop.pids.xvfb, 'SIGSTOP')
    try {
      assert.equal((await died(capture)).code, 'CAPTURE_FAILED')
    } finally {
      process.kill(desktop.pids.xvfb, 'SIGCONT')
    }
  })

  test('an encoder that is missing, ends, hangs or writes garbage is a failed capture, and leaves no file', async () => {
    const real = `case "$*" in *lavfi*pipe:1*|*-version*) exec ffmpeg "$@";; esac`
    const faults: Record<string, [script: string, detail: RegExp]> = {
      ends: [`${real}; exit 0`, /ended by itself \(code 0\)/],
      fails: [
        `${real}; echo "Unknown encoder 'libopus'" >&2; exit 1`,
        /code 1\)\. Its last message: “Unknown encoder 'libopus'”\./,
      ],
      hangs: [`${real}; exec tail -f /dev/null`, /No media came within 1500 ms/],
      'writes garbage': [
        `${real}; head -c 100000 /dev/urandom; exec tail -f /dev/null`,
        /wrote no Ogg Opus/,
      ],
      'writes headers only': [
        `${real}; ffmpeg -v error -f s16le -i /dev/null -c:a libopus -f ogg pipe:1; exec tail -f /dev/null`,
        /No media came within 1500 ms/,
      ],
    }
    for (const [fault, [script, expected]] of Object.entries(faults)) {
      const ffmpegPath = fakeProgram(join(bench.folder, fault), 'ffmpeg', script)
      const devices = bench.platform({
        source: 'synthetic',
        ffmpegPath,
        limits: { ...limits, flow: 1_500 },
      })
      const capture = bench.capture(devices, 'mic')
      capture.open(await devices.resolve('mic', undefined))
      const { cause, description } = await capture.next('capture.ended')
      assert.ok(cause !== 'cut', fault)
      assert.equal(cause.code, 'CAPTURE_FAILED', fault)
      assert.match(cause.detail, expected)
      assert.equal(description, null)
      assert.equal(existsSync(capture.folder), false)
      assert.deepEqual(childrenWith('ffmpeg'), [])
    }
    const devices = bench.platform({
      source: 'synthetic',
      ffmpegPath: join(bench.folder, 'missing'),
    })
    const capture = bench.capture(devices, 'mic')
    capture.open(await devices.resolve('mic', undefined))
    const { cause } = await capture.next('capture.ended')
    assert.match(cause === 'cut' ? '' : cause.detail, /not there or cannot be run/)
  })

  test('a screen capture that writes garbage or hangs is a failed capture', async () => {
    for (const [fault, script, expected] of [
      ['garbage', 'head -c 100000 /dev/urandom; exec tail -f /dev/null', /wrote no MP4/],
      ['silent', 'exec tail -f /dev/null', /No media came within 1500 ms/],
    ] as const) {
      const ffmpegPath = fakeProgram(
        join(bench.folder, fault),
        'ffmpeg',
        `case "$*" in *-version*) exit 0;; esac; ${script}`,
      )
      const devices = bench.platform({
        source: 'synthetic',
        ffmpegPath,
        limits: { ...limits, flow: 1_500 },
      })
      const capture = bench.capture(devices, 'screen')
      capture.open(await devices.resolve('screen', undefined))
      const { cause } = await capture.next('capture.ended')
      assert.match(cause === 'cut' ? '' : cause.detail, expected)
    }
  })
})
