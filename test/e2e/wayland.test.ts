import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPipeWire } from '../../lab/pipewire.ts'
import type { SoundServer } from '../../lab/sound-server.ts'
import { unsealed } from '../../lab/unsealed.ts'
import { waylandDesktopProblem } from '../../lab/virtual-desktop-problem.ts'
import { WaylandSession } from '../../lab/wayland.ts'
import { setMonitors } from '../../lab/wayland-monitors.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import type { ReadinessCheck, RecordingAnswer } from '../../src/contract/views.ts'
import { BusConnection } from '../../src/dbus/connection.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import {
  type ObservedDaemon,
  oneWith,
  processesWith,
  startObserved,
} from './support/observed-daemon.ts'

const run = promisify(execFile)
const noWayland = await waylandDesktopProblem()
const F2F = fileURLToPath(new URL('../../dist/cli/f2f.cjs', import.meta.url))
const EVENT_MS = 3_000
const STOP_MS = 5_000
const SIZE = { width: 640, height: 360 }
const OTHER_SIZE = { width: 800, height: 400 }

interface Fault {
  what: string
  /** Makes it happen; what it returns makes it good again, where it does not pass by itself. */
  strike(): unknown
  makeGood?(): unknown
  reason: 'deviceLost' | 'captureFailed'
  detail: RegExp
}

suite('the screen of a Wayland session', (test) => {
  let folder: string
  let sound: SoundServer
  let session: WaylandSession
  let daemon: ObservedDaemon
  const events: LogEvent[] = []
  const checked = new Set<string>()

  async function startDesktop(): Promise<void> {
    sound = await startPipeWire(folder, { quietRoom: false })
    session = await WaylandSession.start(folder, SIZE, OTHER_SIZE)
  }
  test.before(async () => {
    if (noWayland) return
    folder = await mkdtemp(join(tmpdir(), 'f2f-wayland-'))
    await startDesktop()
    const env = { ...sound.env, ...session.env }
    daemon = await startObserved({ source: 'devices', env })
  })
  /** So that a failed test takes no other with it. */
  test.afterEach(async () => {
    if (noWayland !== null) return
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
  })
  test.after(async () => {
    if (noWayland) return
    await daemon.stop()
    await session.stop()
    await sound.stop()
    for (const path of [daemon.home, folder]) await rm(path, { recursive: true, force: true })
  })

  const f2f = (...args: string[]) =>
    run(process.execPath, [F2F, ...args, '--home', daemon.home, '--json'], {
      env: { ...process.env, ...session.env },
    })
  const command = (name: string, body: object = {}): Promise<RecordingAnswer> =>
    daemon.command(name === 'new' ? '/recordings' : `/recordings/current/${name}`, body)
  const refused = async () => {
    const { status, body } = await daemon.api('POST', '/recordings', { media: ['screen'] })
    assert.deepEqual([status, body.code], [503, 'DEVICE_UNAVAILABLE'])
    return body.detail as string
  }
  const happened = async <T extends LogEvent['type']>(type: T, limitMs: number) =>
    eventually(type, async () => ofType(await eventsOf(daemon), type)[0], limitMs)
  const screenCheck = async () => {
    const { body } = await daemon.api('GET', '/readiness?media=screen')
    const checks = body.checks.filter(({ medium }: ReadinessCheck) => medium === 'screen')
    return (checks.find(({ result }: ReadinessCheck) => result === 'fail') ??
      checks[0]) as ReadinessCheck
  }
  const isGone = () =>
    eventually('the sign of the desktop is out', async () => (await session.casts()) === 0)

  test.unless(
    noWayland,
    'is not recorded without grant; no dialog appears, and readiness says how to give it',
    async () => {
      assert.match(await refused(), /not yet allowed.*f2f setup screen/)
      const { result, remedy = '' } = await screenCheck()
      assert.equal(result, 'fail')
      assert.match(remedy, /f2f setup screen/)
      assert.equal(await session.casts(), 0)
    },
  )

  test.unless(noWayland, 'may be refused in the dialog, which gives no grant', async () => {
    const asked = f2f('setup', 'screen').then(
      () => assert.fail('it was shared'),
      ({ code, stdout }) => ({ code, problem: JSON.parse(stdout) }),
    )
    const { code, problem } = await session.refuse(asked)
    assert.equal(code, 1)
    assert.match(problem.detail, /refused on the desktop/)
    assert.match(await refused(), /f2f setup screen/)
  })

  test.unless(
    noWayland,
    'may be recorded after `f2f setup screen`, whose grant only this user can read',
    async () => {
      const { stdout } = await session.share(f2f('setup', 'screen'))
      const { monitor } = JSON.parse(stdout)
      assert.equal(monitor, 'Meta-0')
      const { mode } = await stat(join(daemon.home, 'screen-grants.json'))
      assert.equal(mode & 0o777, 0o600)
      // Lists are kept for 5 s.
      const devices = await eventually(
        'the monitor',
        async () => {
          const { body } = await daemon.api('GET', '/devices')
          return body.screen.available && body.screen.devices
        },
        7_000,
      )
      const label = 'Meta-0 640×360 (Wayland, through the desktop portal)'
      assert.deepEqual(devices, [{ id: 'wayland/Meta-0', label, default: true }])
      // A probe has 1.3 s, which a busy machine may need for its programs alone.
      await eventually('the screen is ready', async () => (await screenCheck()).result === 'pass')
      await isGone()
    },
  )

  test.unless(
    noWayland,
    'is recorded with the sound, is not shared in a pause, and leaves nothing of it on disk',
    async () => {
      await session.fill('#c00000')
      await command('new')
      assert.equal(await session.casts(), 1)
      await command('pause')
      await isGone()
      assert.deepEqual(daemon.captures(), [])
      await session.fill('#00c000')
      await session.fill('#0000c0')
      await command('resume')
      assert.equal(await session.casts(), 1)
      const stopped = await command('stop')
      await isGone()
      assertAccounted(stopped)
      assert.deepEqual(daemon.captures(), [])
      await judgeFiles()
      const files = ofType(await eventsOf(daemon), 'segment.closed')
        .filter(({ data }) => data.medium === 'screen')
        .map(({ data }) => join(daemon.home, 'recordings', stopped.id, data.file))
      assert.deepEqual(await Promise.all(files.map(mainColors)), [['red'], ['blue']])
      await command('close')
    },
  )

  const FAULTS: Fault[] = [
    {
      what: 'the compositor is frozen',
      strike: () => process.kill(session.pid('mutter'), 'SIGSTOP'),
      makeGood: () => process.kill(session.pid('mutter'), 'SIGCONT'),
      reason: 'deviceLost',
      detail: /compositor does not answer/,
    },
    {
      what: 'the frame reader is killed',
      strike: () => process.kill(oneWith(daemon.children(), 'pipewiresrc').pid, 'SIGKILL'),
      reason: 'captureFailed',
      detail: /frame reader was ended by SIGKILL/,
    },
    {
      what: 'the monitor is turned',
      strike: () => setMonitors(session.env, [{ name: 'Meta-0', isTurned: true }]),
      makeGood: () => setMonitors(session.env, [{ name: 'Meta-0' }, { name: 'Meta-1' }]),
      reason: 'captureFailed',
      detail: /Meta-0 was resized to 360×640/,
    },
    {
      what: 'the monitor is unplugged',
      strike: () => setMonitors(session.env, [{ name: 'Meta-1' }]),
      makeGood: () => setMonitors(session.env, [{ name: 'Meta-0' }, { name: 'Meta-1' }]),
      reason: 'deviceLost',
      detail: /monitor Meta-0 is gone/,
    },
    {
      what: 'the portal of the desktop is killed',
      strike: () => process.kill(session.pid('xdg-desktop-portal-gnome'), 'SIGKILL'),
      makeGood: () => session.revive(),
      reason: 'captureFailed',
      // In GNOME 43 nothing comes any more, in GNOME 48 the stream ends.
      detail: /No media have come|The frame reader ended/,
    },
    {
      what: 'the compositor is killed',
      strike: () => process.kill(session.pid('mutter'), 'SIGKILL'),
      makeGood: () => session.revive(),
      reason: 'deviceLost',
      detail: /compositor is gone|No Wayland compositor/,
    },
  ]
  for (const { what, strike, makeGood, reason, detail } of FAULTS) {
    test.unless(
      noWayland,
      `${what}: told within 3 s, and the screen comes back by itself`,
      async () => {
        await command('new', { media: ['screen'] })
        const struckAt = Date.now()
        try {
          await strike()
          const { at, data } = await happened('track.recovering', EVENT_MS + 1_000)
          assertWithin(Date.parse(at) - struckAt, EVENT_MS, 'the event')
          assert.match(data.detail, detail)
          assert.deepEqual([data.medium, data.reason], ['screen', reason])
        } finally {
          await makeGood?.()
        }
        await happened('track.recovered', 10_000)
        await stopAndJudge()
        await isGone()
      },
    )
  }

  /** Stops in time, with every second accounted for. */
  async function stopAndJudge(): Promise<void> {
    const since = performance.now()
    const stopped = await command('stop')
    assertWithin(performance.now() - since, STOP_MS, 'the stop')
    assertAccounted(stopped)
    await judgeFiles()
    await command('close')
  }

  /** Holds the files and the log together, with all recordings so far. */
  async function judgeFiles(): Promise<void> {
    events.push(...(await eventsOf(daemon)))
    await assertFilesAreAsLogged(daemon.home, events, checked)
    for (const { data } of ofType(events, 'segment.closed')) checked.add(data.sha256)
  }

  test.unless(
    noWayland,
    'goes on while the portal is dead, and a pause puts the sign of the desktop out all the same',
    async () => {
      await command('new', { media: ['screen'] })
      process.kill(session.pid('xdg-desktop-portal'), 'SIGKILL')
      await session.fill('#00c000')
      const { tracks } = await command('pause')
      assert.equal(tracks.screen?.segments, 1)
      await isGone()
      await session.revive()
      await command('resume')
      await stopAndJudge()
    },
  )

  test.unless(
    noWayland,
    'a pause and a stop while the compositor is frozen are done in time',
    async () => {
      for (const name of ['pause', 'stop']) {
        await command('new', { media: ['screen'] })
        process.kill(session.pid('mutter'), 'SIGSTOP')
        try {
          const since = performance.now()
          await command(name)
          assertWithin(performance.now() - since, STOP_MS, `the ${name}`)
          assert.deepEqual(daemon.captures(), [])
        } finally {
          process.kill(session.pid('mutter'), 'SIGCONT')
        }
        await isGone()
        if (name === 'pause') await command('stop')
        await judgeFiles()
        await command('close')
      }
    },
  )

  test.unless(
    noWayland,
    'comes back after PipeWire and the whole session have been started again',
    async () => {
      await command('new', { media: ['screen'] })
      process.kill(pipeWireOf(folder), 'SIGKILL')
      const { data } = await happened('track.recovering', EVENT_MS + 1_000)
      assert.match(data.detail, /PipeWire is gone/)
      await session.stop()
      await sound.stop()
      await startDesktop()
      await happened('track.recovered', 10_000)
      await stopAndJudge()
    },
  )

  test.unless(
    noWayland,
    'is not recorded after the grant was withdrawn; no dialog appears',
    async () => {
      await withdrawAll()
      assert.match(await refused(), /was withdrawn.*f2f setup screen/)
      const { detail, remedy } = await screenCheck()
      assert.match(`${detail} ${remedy}`, /was withdrawn.*f2f setup screen/)
      assert.equal(await session.casts(), 0)
    },
  )

  async function withdrawAll(): Promise<void> {
    const name = 'org.freedesktop.impl.portal.PermissionStore'
    const store = { destination: name, path: `/${name.replaceAll('.', '/')}`, interface: name }
    const bus = await BusConnection.open(session.env, EVENT_MS)
    const table = ['screencast']
    const list = { ...store, member: 'List', signature: 's', args: table }
    const [ids] = (await bus.call(list, EVENT_MS)) as [string[]]
    for (const id of ids) {
      const removal = { member: 'Delete', signature: 'ss', args: [...table, id] }
      await bus.call({ ...store, ...removal }, EVENT_MS)
    }
    bus.close()
  }
})

/** The colours that fill most of the frames of a screen's file, in the order in which they come. */
async function mainColors(path: string): Promise<string[]> {
  const args = ['-v', 'error', '-i', unsealed(path), '-vf', 'scale=1:1:flags=area']
  const raw = ['-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const { stdout } = await run('ffmpeg', [...args, ...raw], { encoding: 'buffer' })
  const names = ['red', 'green', 'blue']
  const colors: string[] = []
  for (let at = 0; at < stdout.length; at += 3) {
    const pixel = [...stdout.subarray(at, at + 3)]
    const name = names[pixel.indexOf(Math.max(...pixel))]!
    if (colors.at(-1) !== name) colors.push(name)
  }
  return colors
}

/** The id of the process of PipeWire whose runtime folder this is. */
function pipeWireOf(folder: string): number {
  const all = processesWith(`\0XDG_RUNTIME_DIR=${folder}\0`)
  return all.find(({ command }) => command === 'pipewire')!.pid
}
