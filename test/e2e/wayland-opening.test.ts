import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { missingProgram } from '../../lab/missing-programs.ts'
import { waylandDesktopProblem } from '../../lab/virtual-desktop-problem.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { assertWithin, slowness } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { oneWith } from './support/observed-daemon.ts'
import {
  PortalCalls,
  startWaylandDesk,
  type WaylandDesk,
  withdrawGrants,
} from './support/wayland-desk.ts'

const noWayland = (await waylandDesktopProblem()) ?? missingProgram('keyStore', 'dbus-monitor')
const END_MS = 5_000
const RESUME_MS = 5_000
/** The input of an encoder of frames that are read from a pipe. */
const ENCODER = '-f rawvideo -pixel_format bgr0'

suite('a screen of a Wayland session that is being opened', (test) => {
  let desk: WaylandDesk
  const events: LogEvent[] = []
  const checked = new Set<string>()

  test.before(async () => {
    if (!noWayland) desk = await startWaylandDesk()
  })
  /** So that a failed test takes no other with it. */
  test.afterEach(async () => {
    if (noWayland !== null) return
    await desk.session.revive()
    await post('stop')
    if ((await desk.daemon.api('GET', '/recordings/current')).status !== 200) return
    await gatherEvents()
    await post('close')
  })
  test.after(async () => {
    if (!noWayland) await desk.stop()
  })

  const post = (name: string) => desk.daemon.api('POST', `/recordings/current/${name}`)
  const command = (name: string): Promise<RecordingAnswer> =>
    name === 'new'
      ? desk.daemon.command('/recordings', { media: ['screen'] })
      : desk.daemon.command(`/recordings/current/${name}`)
  const isGone = () =>
    eventually('the sign of the desktop is out', async () => (await desk.session.casts()) === 0)
  const spare = () =>
    eventually('a spare', () =>
      desk.daemon.children().find(({ command: line }) => line.includes(ENCODER)),
    )
  const freeze = (program: Parameters<WaylandDesk['session']['pid']>[0]) => {
    const pid = desk.session.pid(program)
    process.kill(pid, 'SIGSTOP')
    return () => process.kill(pid, 'SIGCONT')
  }

  async function gatherEvents(): Promise<void> {
    const known = new Set(events.map(({ position }) => position))
    const all = await eventsOf(desk.daemon)
    events.push(...all.filter(({ position }) => !known.has(position)))
  }

  /** Stops with every second accounted for, and holds the files and the log together. */
  async function stopAndJudge(): Promise<void> {
    const stopped = await command('stop')
    assertAccounted(stopped)
    assert.deepEqual(desk.daemon.captures(), [])
    await isGone()
    await gatherEvents()
    await assertFilesAreAsLogged(desk.daemon.home, events, checked)
    for (const { data } of ofType(events, 'segment.closed')) checked.add(data.sha256)
    await command('close')
  }

  test.unless(noWayland, 'readiness names the servers that are captured from', async () => {
    const servers = await eventually('GStreamer has told its version', async () => {
      const { body } = await desk.daemon.api('GET', '/readiness?media=screen')
      return body.servers?.screen.parts.length === 5 && body.servers
    })
    assert.equal(servers.sound.name, 'PipeWire')
    const { way, reason, server, parts } = servers.screen
    assert.deepEqual([way, reason], ['portal', 'XDG_SESSION_TYPE is wayland.'])
    assert.deepEqual(server, { name: 'GNOME', version: null })
    const names = parts.map(({ name }: { name: string }) => name)
    assert.deepEqual(names, [
      'ScreenCast',
      'GStreamer',
      'pipewiresrc',
      'videoconvert',
      'videoscale',
    ])
    for (const { name, version } of parts) assert.match(version, /^\d/, name)
    await isGone()
  })

  test.unless(
    noWayland,
    'starts with an encoder that has waited in the pause, in which nothing holds the screen',
    async () => {
      await command('new')
      await command('pause')
      const { pid } = await spare()
      assert.deepEqual(desk.daemon.captures(), [])
      assert.equal(
        desk.daemon.children().some(({ command: line }) => /gst-launch/.test(line)),
        false,
      )
      await isGone()
      await command('resume')
      assert.equal(oneWith(desk.daemon.captures(), ENCODER).pid, pid)
      await stopAndJudge()
    },
  )

  test.unless(noWayland, 'opens without the waiting encoder when that has died', async () => {
    await command('new')
    await command('pause')
    process.kill((await spare()).pid, 'SIGKILL')
    await command('resume')
    assert.equal(await desk.session.casts(), 1)
    await stopAndJudge()
  })

  test.unless(
    noWayland,
    'a pause that comes meanwhile is done in time, and costs the user no new grant',
    async () => {
      await command('new')
      await command('pause')
      await isGone()
      const calls = await PortalCalls.watch(desk.session.env)
      const resumed = post('resume')
      await calls.until('SelectSources')
      const thaw = freeze('xdg-desktop-portal-gnome')
      try {
        const since = performance.now()
        const { status } = await post('pause')
        assert.equal(status, 200)
        assertWithin(performance.now() - since, END_MS, 'the pause')
        assert.deepEqual(desk.daemon.captures(), [])
        assert.notEqual((await resumed).status, 500)
      } finally {
        thaw()
        calls.stop()
      }
      await isGone()
      await command('resume')
      assert.equal(await desk.session.casts(), 1)
      await stopAndJudge()
    },
  )

  test.unless(
    noWayland,
    'a desktop that answers too late costs no new grant: the screen comes when it answers',
    async () => {
      const calls = await PortalCalls.watch(desk.session.env)
      const started = desk.daemon.api('POST', '/recordings', { media: ['screen'] })
      await calls.until('SelectSources')
      const thaw = freeze('xdg-desktop-portal-gnome')
      try {
        const { status, body } = await started
        // The desktop may have answered before it was frozen.
        if (status === 201) return
        assert.deepEqual([status, body.code], [503, 'DEVICE_UNAVAILABLE'])
      } finally {
        thaw()
        calls.stop()
      }
      await isGone()
      await command('new')
      await stopAndJudge()
    },
  )

  test.unless(noWayland, 'two pauses and resumes at once leave it in the last state', async () => {
    await command('new')
    const answers = ['pause', 'resume', 'pause', 'resume', 'pause'].map(post)
    for (const { status } of await Promise.all(answers)) assert.ok(status < 500 || status === 503)
    const { body } = await desk.daemon.api('GET', '/recordings/current')
    assert.equal(body.state, 'Paused')
    await isGone()
    assert.deepEqual(desk.daemon.captures(), [])
    await command('resume')
    assert.equal(await desk.session.casts(), 1)
    await stopAndJudge()
  })

  const FAULTS = [
    {
      what: 'a frozen compositor',
      strike: () => {
        process.kill(desk.session.pid('mutter'), 'SIGSTOP')
      },
      makeGood: () => process.kill(desk.session.pid('mutter'), 'SIGCONT'),
    },
    {
      what: 'a dead compositor',
      // The portal of the desktop dies with it.
      strike: () => killed('mutter', 'xdg-desktop-portal-gnome'),
      makeGood: () => desk.session.revive(),
    },
    {
      what: 'a dead portal',
      strike: () => killed('xdg-desktop-portal'),
      makeGood: () => desk.session.revive(),
    },
    {
      what: 'a dead portal of the desktop',
      strike: () => killed('xdg-desktop-portal-gnome'),
      makeGood: () => desk.session.revive(),
    },
    {
      what: 'a withdrawn grant',
      strike: () => withdrawGrants(desk.session.env),
      makeGood: () => desk.permit(),
      detail: /withdrawn.*f2f setup screen/,
    },
  ]
  for (const { what, strike, makeGood, detail = /./ } of FAULTS)
    test.unless(
      noWayland,
      `a resume with ${what} says so, opens no dialog, and lets the sound be recorded`,
      async () => {
        await desk.daemon.command('/recordings', { media: ['mic', 'screen'] })
        await command('pause')
        await strike()
        try {
          const { status, body } = await post('resume')
          assert.deepEqual([status, body.medium], [503, 'screen'])
          assert.match(body.detail, detail)
          assert.equal(await trackState('mic'), 'recording')
        } finally {
          await makeGood()
        }
        // The portal's parts need a moment until they know each other again.
        await eventually('the screen is started', async () => {
          const body = { media: ['screen'] }
          return (await desk.daemon.api('POST', '/recordings/current/start', body)).status === 200
        })
        assert.equal(await desk.session.casts(), 1)
        await stopAndJudge()
      },
    )

  async function trackState(medium: 'mic' | 'screen'): Promise<string> {
    return (await desk.daemon.api('GET', '/recordings/current')).body.tracks[medium].state
  }

  type Program = Parameters<WaylandDesk['session']['pid']>[0]
  async function killed(...programs: Program[]): Promise<void> {
    for (const program of programs) {
      const pid = desk.session.pid(program)
      const isThere = () => existsSync(`/proc/${pid}`)
      if (isThere()) process.kill(pid, 'SIGKILL')
      await eventually(`${program} is gone`, () => !isThere())
    }
  }

  /** False on a machine so slow that a resume takes longer than it may. */
  async function resumesBesideFrozenSpare(): Promise<boolean> {
    await command('new')
    await command('pause')
    await isGone()
    process.kill((await spare()).pid, 'SIGSTOP')
    const since = performance.now()
    const { status, body } = await post('resume')
    if (status === 503 && slowness(6_000) > 2) {
      await post('close')
      return false
    }
    assert.equal(status, 200, JSON.stringify(body))
    assertWithin(performance.now() - since, RESUME_MS, 'the resume')
    return true
  }

  test.unless(noWayland, 'opens with another encoder when that is frozen', async () => {
    await eventually('a resume in time', resumesBesideFrozenSpare, 30_000)
    await stopAndJudge()
  })
})
