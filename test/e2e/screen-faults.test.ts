import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import type { ApplicationView, RecordingAnswer } from '../../src/contract/views.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, oneWith, startObserved } from './support/observed-daemon.ts'
import { createStallingFfmpeg, type StallingFfmpeg } from './support/stalling-ffmpeg.ts'

const noDesktop = await virtualDesktopProblem()
const EVENT_MS = 3_000
const STOP_MS = 5_000

interface Fault {
  what: string
  /** Makes it happen; what it returns makes it good again, where it does not pass by itself. */
  strike(world: OpenRecordings): Promise<undefined | (() => Promise<void>)>
  reason: 'deviceLost' | 'captureFailed'
  detail: RegExp
}

interface OpenRecordings {
  desktop: VirtualDesktop
  daemon: ObservedDaemon
  ffmpeg: StallingFfmpeg
}

const encoderOf = ({ daemon }: OpenRecordings): number => oneWith(daemon.captures(), 'x11grab').pid

const FAULTS: Fault[] = [
  {
    what: 'the X server is killed',
    async strike({ desktop }) {
      process.kill(desktop.pids.xvfb, 'SIGKILL')
      return () => desktop.restartDisplay()
    },
    reason: 'deviceLost',
    detail: /X display :\d+ (is gone|cannot be opened)/,
  },
  {
    what: 'the X server is frozen',
    async strike({ desktop }) {
      process.kill(desktop.pids.xvfb, 'SIGSTOP')
      return async () => void process.kill(desktop.pids.xvfb, 'SIGCONT')
    },
    reason: 'deviceLost',
    detail: /X display :\d+ does not answer/,
  },
  {
    what: 'the screen is resized',
    async strike({ desktop }) {
      await (await desktop.displaySettings()).resize(480, 300)
      return undefined
    },
    reason: 'captureFailed',
    detail: /The screen was resized to 480×300/,
  },
  {
    what: 'the encoder is killed',
    async strike(world) {
      process.kill(encoderOf(world), 'SIGKILL')
      return undefined
    },
    reason: 'captureFailed',
    detail: /The screen capture was ended by SIGKILL/,
  },
  {
    what: 'the encoder is frozen',
    async strike(world) {
      process.kill(encoderOf(world), 'SIGSTOP')
      return undefined
    },
    reason: 'captureFailed',
    detail: /No media have come for \d+ ms/,
  },
  {
    what: 'the encoder is killed and does not start again',
    async strike(world) {
      world.ffmpeg.stall('x11grab')
      process.kill(encoderOf(world), 'SIGKILL')
      return async () => world.ffmpeg.release()
    },
    reason: 'captureFailed',
    detail: /The screen capture was ended by SIGKILL/,
  },
]

/** The faults after which a recording is stopped at once; all of them in `npm run test:long`. */
const STOPPED_AT_ONCE = process.env.F2F_ALL_FAULTS === undefined ? FAULTS.slice(0, 2) : FAULTS

suite('screen faults', (test) => {
  let world: OpenRecordings
  /** The recordings so far, and the files of them that have been checked. */
  const ids: string[] = []
  const checked = new Set<string>()
  test.before(async () => {
    if (noDesktop) return
    const desktop = await startVirtualDesktop({ width: 640, height: 360, movement: true })
    const ffmpeg = createStallingFfmpeg()
    const env = { ...desktop.env, FFMPEG_BIN: ffmpeg.path }
    world = { desktop, ffmpeg, daemon: await startObserved({ source: 'devices', env }) }
  })
  /** The next test finds a display as it was, whatever this one has done to it. */
  test.afterEach(async () => {
    if (noDesktop) return
    const { daemon, desktop, ffmpeg } = world
    ffmpeg.release()
    if (existsSync(`/proc/${desktop.pids.xvfb}`)) process.kill(desktop.pids.xvfb, 'SIGCONT')
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
    await desktop.restartDisplay({ movement: true })
  })
  test.after(async () => {
    if (noDesktop) return
    await world.daemon.stop()
    await world.desktop.stop()
    await rm(world.daemon.home, { recursive: true, force: true })
  })

  async function command(name: string, body: object = {}): Promise<RecordingAnswer> {
    const path = name === 'new' ? '/recordings' : `/recordings/current/${name}`
    const answer = await world.daemon.command(path, body)
    if (name === 'new') ids.push(answer.id)
    return answer
  }
  const application = async (): Promise<ApplicationView> =>
    (await world.daemon.api('GET', '/application')).body
  const screenState = async () =>
    (await world.daemon.api('GET', '/recordings/current')).body.tracks.screen.state
  const happened = async <T extends LogEvent['type']>(type: T, limitMs: number) =>
    eventually(type, async () => ofType(await eventsOf(world.daemon), type)[0], limitMs)

  /** Stops in time, with sound that never noticed anything, and every second accounted for. */
  async function stopAndJudge(): Promise<RecordingAnswer> {
    const since = performance.now()
    const stopped = await command('stop')
    assertWithin(performance.now() - since, STOP_MS, 'the stop')
    for (const medium of ['mic', 'speaker'] as const)
      assert.equal(stopped.tracks[medium]?.segments, 1, medium)
    assertAccounted(stopped)
    const events = await Promise.all(ids.map((id) => eventsOf(world.daemon, id)))
    await assertFilesAreAsLogged(world.daemon.home, events.flat(), checked)
    return stopped
  }

  for (const { what, strike, reason, detail } of FAULTS) {
    test.unless(
      noDesktop,
      `${what}: told within 3 s, and the screen comes back by itself`,
      async () => {
        await command('new')
        const struckAt = Date.now()
        const makeGood = await strike(world)
        const { at, data } = await happened('track.recovering', EVENT_MS + 1_000)
        assertWithin(Date.parse(at) - struckAt, EVENT_MS, 'the event')
        assert.deepEqual([data.medium, data.reason], ['screen', reason])
        assert.match(data.detail, detail)
        if (makeGood) {
          assert.equal(await screenState(), 'recovering')
          const { state, errors } = await application()
          assert.deepEqual([state, errors.map(({ medium }) => medium)], ['Error', ['screen']])
          await makeGood()
        }
        await happened('track.recovered', 10_000)
        assert.equal(await screenState(), 'recording')
        assert.equal((await application()).state, 'Recording')
        const { tracks } = await stopAndJudge()
        assert.equal(tracks.screen?.segments, 2)
        assert.equal(tracks.screen?.gaps.filter((gap) => gap.reason === reason).length, 1)
      },
    )
  }

  for (const { what, strike } of STOPPED_AT_ONCE) {
    test.unless(noDesktop, `${what}: a stop at once is done in time`, async () => {
      await command('new')
      const makeGood = await strike(world)
      await stopAndJudge()
      await makeGood?.()
    })
  }

  test.unless(noDesktop, 'a stop while the screen is missed is done in time', async () => {
    await command('new')
    process.kill(world.desktop.pids.xvfb, 'SIGSTOP')
    await happened('track.recovering', EVENT_MS + 1_000)
    await stopAndJudge()
    process.kill(world.desktop.pids.xvfb, 'SIGCONT')
  })

  test.unless(
    noDesktop,
    'a black screen is a warning and an error of the application until it is over',
    async () => {
      await command('new')
      // A screen without the clock: that runs on top.
      await world.desktop.restartDisplay()
      await happened('track.recovered', 10_000)
      await world.desktop.fillScreen('#000000')
      const since = Date.now()
      const { data, at } = await happened('warning.raised', 6_000)
      assertWithin(Date.parse(at) - since, 5_000, 'the warning')
      assert.deepEqual([data.code, data.medium], ['SCREEN_BLACK', 'screen'])
      const { state, errors } = await application()
      assert.deepEqual([state, errors.map(({ code }) => code)], ['Error', ['SCREEN_BLACK']])
      assert.equal(await screenState(), 'recording')
      await world.desktop.fillScreen('#204060')
      await happened('warning.cleared', 3_000)
      assert.equal((await application()).state, 'Recording')
      await stopAndJudge()
    },
  )

  test.unless(
    noDesktop,
    'one of several monitors is listed, recorded, missed when unplugged, and back when it is',
    async () => {
      const settings = await world.desktop.displaySettings()
      await settings.setMonitor('LEFT', { x: 0, y: 0, width: 320, height: 360 }, { primary: true })
      await settings.setMonitor('RIGHT', { x: 320, y: 0, width: 320, height: 360 })
      const id = `${world.desktop.display}/RIGHT`
      // A list of devices is kept for 5 s.
      const right = await eventually(
        'the monitor is listed',
        async () => {
          const { body } = await world.daemon.api('GET', '/devices')
          return body.screen.devices.find((device: { id: string }) => device.id === id)
        },
        6_000,
      )
      assert.deepEqual(right, { id, label: 'RIGHT 320×360 at 320,0', default: false })
      const started = await command('new', { devices: { screen: id } })
      assert.deepEqual(started.tracks.screen?.device, { id, label: right.label })
      await settings.removeMonitor('RIGHT')
      const { data } = await happened('track.recovering', EVENT_MS + 1_000)
      assert.deepEqual(
        [data.code, data.detail],
        ['DEVICE_UNAVAILABLE', 'The monitor RIGHT is gone.'],
      )
      await settings.setMonitor('RIGHT', { x: 320, y: 0, width: 320, height: 360 })
      await happened('track.recovered', 10_000)
      await stopAndJudge()
      settings.close()
    },
  )
})
