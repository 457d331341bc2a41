import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { addMicrophone, pactl } from '../../lab/microphone.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../lab/virtual-desktop.ts'
import { isWaylandSession } from '../../src/contract/desktop-session.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import type { DeviceList } from '../../src/contract/views.ts'
import { createFfmpegLocator } from '../../src/ffmpeg/ffmpeg-locator.ts'
import { DeviceDirectory } from '../../src/platform/device-directory.ts'
import {
  listX11Screens,
  parseDimensions,
  parseScreenSize,
  sessionProblem,
} from '../../src/platform/linux/x11-screens.ts'
import { CaptureBench } from '../actors/support/capture-bench.ts'
import { fakeProgram } from '../actors/support/fake-program.ts'
import { holdThread } from '../support/hold-thread.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { eventually, suite } from '../support/suite.ts'

const unavailable = (error: unknown) =>
  error instanceof RecorderError && error.code === 'DEVICE_UNAVAILABLE'

suiteOnEachServer('devices', (test, { soundServer, problem }) => {
  let desktop: VirtualDesktop
  const bench = new CaptureBench()
  test.before(async () => {
    if (problem === null) desktop = await startVirtualDesktop({ soundServer })
  })
  test.after(async () => {
    await bench.close()
    await desktop?.stop()
  })
  const env = (changes: NodeJS.ProcessEnv = {}) => ({ ...process.env, ...desktop.env, ...changes })
  const platform = (changes?: NodeJS.ProcessEnv) => bench.platform({ env: env(changes) })

  test.unless(
    problem,
    'microphones are sources without monitors, speakers are sinks, a screen has its size',
    async () => {
      const { mic, speaker, screen } = await platform().devices()
      assert.deepEqual(mic, {
        available: true,
        devices: [{ id: desktop.micSource, label: 'Virtual microphone', default: true }],
      })
      assert.equal(speaker.available, true)
      assert.deepEqual(
        speaker.devices.filter((device) => device.default),
        [{ id: desktop.speakerSink, label: 'Virtual speaker', default: true }],
      )
      assert.deepEqual(screen.devices, [
        { id: desktop.display, label: `${desktop.display} 1280×720`, default: true },
      ])
    },
  )

  test.unless(problem, 'devices are found also when the recorder was held meanwhile', async () => {
    const listing = platform().devices()
    // Longer than any server may take to answer.
    holdThread(2_000)
    const { mic, speaker, screen } = await listing
    for (const list of [mic, speaker, screen]) assert.equal(list.available, true, list.reason)
  })

  test.unless(problem, 'the default device is found, or the one with the id', async () => {
    const devices = platform()
    assert.deepEqual(await devices.resolve('speaker', undefined), {
      id: desktop.speakerSink,
      label: 'Virtual speaker',
    })
    assert.equal((await devices.resolve('mic', desktop.micSource)).id, desktop.micSource)
    await assert.rejects(devices.resolve('mic', 'nobody'), (error) => {
      assert.ok(unavailable(error))
      assert.match(
        (error as Error).message,
        /no mic device with the id "nobody"\. There are: microphone/,
      )
      return true
    })
  })

  test.unless(problem, 'a missing server or display comes with a remedy', async () => {
    const { mic, speaker, screen } = await platform({
      PULSE_SERVER: 'unix:/nowhere',
      DISPLAY: undefined,
    }).devices()
    for (const list of [mic, speaker]) {
      assert.deepEqual([list.available, list.devices], [false, []])
      assert.match(list.reason ?? '', /^No sound server answers\. Start/)
    }
    assert.match(screen.reason ?? '', /no X display: DISPLAY is not set\./)
    await assert.rejects(platform({ DISPLAY: undefined }).resolve('screen', undefined), unavailable)
    const gone = await platform({ DISPLAY: ':4999' }).devices()
    assert.match(gone.screen.reason ?? '', /:4999 cannot be opened/)
  })

  test.unless(problem, 'no program is needed to find the devices', async () => {
    const { mic, speaker } = await platform({ PATH: '/nowhere' }).devices()
    assert.deepEqual([mic.available, speaker.available], [true, true])
  })

  test.unless(
    problem,
    'a device is listed as soon as it is there, and not when it is gone',
    async () => {
      const devices = platform()
      const ids = async () =>
        (await devices.devices({ fresh: true })).mic.devices.map(({ id }) => id).sort()
      // PipeWire answers who has made the device before it tells others of it.
      const untilListed = (wanted: string[]) =>
        eventually(`${wanted} are listed`, async () => isDeepStrictEqual(await ids(), wanted))
      assert.deepEqual(await ids(), [desktop.micSource])
      const usb = await addMicrophone(desktop.env, 'usb', 440)
      try {
        await untilListed([desktop.micSource, 'usb'])
        await pactl(desktop.env, 'set-default-source', 'usb')
        await eventually('a new default is used, also by a start soon after another', async () => {
          return (await devices.resolve('mic', undefined)).id === 'usb'
        })
        await usb.unplug()
        await untilListed([desktop.micSource])
      } finally {
        await usb.stop()
      }
    },
  )

  test.unless(problem, 'devices are found again after the sound server was restarted', async () => {
    const restarted = await startVirtualDesktop({ width: 320, height: 180, soundServer })
    try {
      const devices = bench.platform({ env: { ...process.env, ...restarted.env } })
      assert.equal((await devices.devices()).mic.available, true)
      process.kill(restarted.pids.pulseaudio, 'SIGKILL')
      await eventually('it is missed', async () => {
        const { mic } = await devices.devices({ fresh: true })
        return /^No sound server answers/.test(mic.reason ?? '')
      })
      await restarted.restartSound()
      assert.equal((await devices.devices({ fresh: true })).mic.available, true)
    } finally {
      await restarted.stop()
    }
  })

  test.unless(
    problem,
    'the size of a screen that lets only other programs in is known by xdpyinfo or ffmpeg',
    async () => {
      // A form of the name that only the other programs understand.
      const DISPLAY = `unix/${desktop.display}`
      const ffmpeg = createFfmpegLocator({ env: process.env, inputs: [] }).ffmpeg
      for (const changes of [{ DISPLAY }, { DISPLAY, PATH: '/nowhere' }]) {
        const list = await listX11Screens(env(changes), ffmpeg)
        assert.deepEqual(list.devices, [
          { id: DISPLAY, label: `${DISPLAY} 1280×720`, default: true },
        ])
      }
    },
  )

  test.unless(problem, 'servers that hang cost at most 2 s and are named', async () => {
    process.kill(desktop.pids.pulseaudio, 'SIGSTOP')
    process.kill(desktop.pids.xvfb, 'SIGSTOP')
    try {
      const started = performance.now()
      const { mic, speaker, screen } = await platform().devices()
      assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`)
      for (const list of [mic, speaker, screen]) assert.match(list.reason ?? '', /does not answer/)
    } finally {
      process.kill(desktop.pids.pulseaudio, 'SIGCONT')
      process.kill(desktop.pids.xvfb, 'SIGCONT')
    }
  })

  test('a Wayland session is one also when XWayland answers', () => {
    for (const env of [
      { WAYLAND_DISPLAY: 'wayland-0' },
      { DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' },
      { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' },
    ])
      assert.ok(isWaylandSession(env))
    const x11 = { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11' }
    assert.ok(!isWaylandSession(x11))
    assert.equal(sessionProblem(x11), null)
    // Some desktops leave the variable of an earlier session behind.
    assert.ok(!isWaylandSession({ ...x11, WAYLAND_DISPLAY: 'wayland-0' }))
  })

  test('lists are cached for 5 s, made once at a time, and fresh on demand', async () => {
    let asked = 0
    const list: DeviceList = {
      available: true,
      devices: [{ id: 'one', label: 'One', default: true }],
    }
    const directory = new DeviceDirectory(async () => {
      asked++
      return list
    })
    await Promise.all([
      directory.all(false),
      directory.all(false),
      directory.resolve('mic', undefined),
    ])
    assert.equal(asked, 3)
    await directory.all(false)
    assert.equal(asked, 3)
    await directory.all(true)
    assert.equal(asked, 6)
    list.devices.push({ id: 'two', label: 'Two', default: false })
    assert.equal((await directory.resolve('mic', 'one')).id, 'one')
    assert.equal(asked, 6)
    await assert.rejects(directory.resolve('mic', 'three'), unavailable)
    assert.equal(asked, 7, 'it looks again before it says no')
  })

  test('the output of xdpyinfo and ffmpeg is understood', () => {
    assert.deepEqual(parseDimensions('  dimensions:    3840x1080 pixels (1016x286 millimeters)'), {
      width: 3840,
      height: 1080,
    })
    const twoScreens = `default screen number:    1
number of screens:    2

screen #0:
  dimensions:    640x480 pixels (169x127 millimeters)
screen #1:
  dimensions:    800x600 pixels (212x159 millimeters)`
    assert.deepEqual(parseDimensions(twoScreens), { width: 800, height: 600 })
    const refusal =
      '[x11grab @ 0x55] Capture area 32767x32767 at position 0.0 outside the screen size 1280x720.'
    assert.deepEqual(parseScreenSize(refusal), { width: 1280, height: 720 })
    assert.equal(parseScreenSize('Cannot open display :9, error 1.'), null)
  })
})

suite('encoder', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())
  const make = (name: string, script: string) =>
    fakeProgram(join(bench.folder, name), 'ffmpeg', script)

  test('is the configured one, then FFMPEG_BIN, then the one on PATH', async () => {
    const [configured, named, onPath] = ['configured', 'named', 'onPath'].map((name) =>
      make(name, 'echo "ffmpeg version 7.1 x"'),
    )
    const PATH = join(bench.folder, 'onPath')
    const path = async (options: Partial<Parameters<typeof createFfmpegLocator>[0]>) =>
      (await createFfmpegLocator({ env: { PATH }, inputs: [], ...options }).ffmpeg()).path
    assert.equal(
      await path({ ffmpegPath: configured, env: { PATH, FFMPEG_BIN: named } }),
      configured,
    )
    assert.equal(await path({ env: { PATH, FFMPEG_BIN: named } }), named)
    const found = await path({})
    assert.ok(found === onPath || found.includes('ffmpeg-static'), found)
    await assert.rejects(
      path({ ffmpegPath: '/nowhere/ffmpeg' }),
      /configured ffmpeg \(\/nowhere\/ffmpeg\) is not there/,
    )
  })

  test('has no problem on a machine that is set up', async () => {
    assert.equal(await bench.platform({ source: 'synthetic' }).encoderProblem(), null)
  })

  test('is started once for all who ask at the same time', async () => {
    const asked = join(bench.folder, 'asked')
    const counted = make('counted', `echo "$*" >> '${asked}'; echo "ffmpeg version 7.1 x"`)
    const options = { ffmpegPath: counted, env: process.env, inputs: [] }
    const locator = createFfmpegLocator(options)
    await Promise.all([locator.ffmpeg(), locator.problem(), locator.ffmpeg(), locator.problem()])
    const questions = readFileSync(asked, 'utf8').trim().split('\n').sort()
    assert.deepEqual(questions, ['-hide_banner -devices', '-hide_banner -encoders', '-version'])
  })

  test('is looked for again after it was not found', async () => {
    const late = join(bench.folder, 'late', 'ffmpeg')
    const locator = createFfmpegLocator({ ffmpegPath: late, env: process.env, inputs: [] })
    await assert.rejects(locator.ffmpeg(), /is not there/)
    make('late', 'echo "ffmpeg version 7.1 x"')
    assert.equal((await locator.ffmpeg()).path, late)
  })

  test('names what is missing and what to do', async () => {
    const poor = make(
      'poor',
      `case "$*" in *-encoders*) echo " V....D libx264  H.264";; *-devices*) echo " D  x11grab  X11";; esac`,
    )
    const lacking = await createFfmpegLocator({
      ffmpegPath: poor,
      env: process.env,
      inputs: ['x11grab', 'pulse'],
    }).problem()
    assert.match(lacking ?? '', /lacks libopus, pulse\. Install/)
    const missing = await createFfmpegLocator({
      ffmpegPath: '/nowhere/ffmpeg',
      env: process.env,
      inputs: [],
    }).problem()
    assert.match(missing ?? '', /is not there/)
    const broken = await createFfmpegLocator({
      ffmpegPath: make('broken', 'exit 3'),
      env: process.env,
      inputs: [],
    }).problem()
    assert.match(broken ?? '', /does not run/)
    const slow = createFfmpegLocator({
      ...{ ffmpegPath: make('slow', 'exec tail -f /dev/null'), env: process.env, inputs: [] },
      limitMs: 200,
    })
    assert.match((await slow.problem()) ?? '', /has not answered within 0.2 s.+ too busy/)
  })
})
