import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { Gap, RecordingAnswer } from '../../src/contract/views.ts'
import { eventually, suite } from '../support/suite.ts'
import { eventsOf, ofType, segmentsOf } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, oneWith, startObserved } from './support/observed-daemon.ts'

const noDesktop = await virtualDesktopProblem()

/** The programs of the media, by a part of their command line. */
const VICTIMS: { medium: Medium; what: string; command: RegExp }[] = [
  { medium: 'mic', what: 'the encoder of the microphone', command: /-ac 1 .*libopus/ },
  { medium: 'speaker', what: 'the encoder of the speaker', command: /-ac 2 .*libopus/ },
  { medium: 'screen', what: 'the capture of the screen', command: /x11grab/ },
]

suite('media are independent', (test) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  test.beforeEach(async () => {
    if (noDesktop) return
    desktop = await startVirtualDesktop({ width: 640, height: 360, movement: true })
    daemon = await startObserved({ source: 'devices', env: desktop.env })
  })
  test.afterEach(async () => {
    if (noDesktop) return
    await daemon.stop()
    await desktop.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  async function command(name: string, media?: Medium[]): Promise<RecordingAnswer> {
    const path = name === 'new' ? '/recordings' : `/recordings/current/${name}`
    const { status, body } = await daemon.api('POST', path, media ? { media } : {})
    assert.ok(status < 300, `${name} ${media}: ${JSON.stringify(body)}`)
    return body
  }

  const current = async (): Promise<RecordingAnswer> =>
    (await daemon.api('GET', '/recordings/current')).body

  /** All that was recorded of a medium is one piece, without a gap but before its first sample. */
  async function assertUndisturbed(medium: Medium): Promise<void> {
    const { tracks } = await current()
    assert.equal(tracks[medium]?.segments, 1, `${medium}: segments`)
    const gaps = tracks[medium]?.gaps.filter(
      ({ reason }: Gap) => reason !== 'notStarted' && reason !== 'stopped',
    )
    assert.deepEqual(gaps, [], `${medium}: gaps`)
  }

  for (const { medium, what, command: victim } of VICTIMS) {
    test.unless(
      noDesktop,
      `${what} dies: the ${medium} comes back by itself, the others notice nothing`,
      async () => {
        await command('new')
        await daemon.api('GET', '/application')
        const pid = daemon.captures().filter((process) => victim.test(process.command))
        assert.equal(pid.length, 1, JSON.stringify(daemon.captures()))
        const states: string[] = []
        process.kill(pid[0]!.pid, 'SIGKILL')
        await eventually('it is back', async () => {
          const { state, errors } = (await daemon.api('GET', '/application')).body
          states.push(state)
          if (state === 'Error')
            assert.deepEqual(
              errors.map((error: { medium: Medium }) => error.medium),
              [medium],
              JSON.stringify(errors),
            )
          return state === 'Recording' && states.includes('Error')
        })
        await command('stop')
        const events = await eventsOf(daemon)
        const [lost] = ofType(events, 'track.recovering')
        assert.equal(lost?.data.medium, medium)
        const back = ofType(events, 'track.recovered').map(({ data }) => data.medium)
        assert.deepEqual(back, [medium])
        for (const other of MEDIA) if (other !== medium) await assertUndisturbed(other)
        const { tracks } = await current()
        assert.equal(tracks[medium]?.segments, 2)
        const gap = tracks[medium]?.gaps.find(
          ({ reason }) => reason === 'captureFailed' || reason === 'deviceLost',
        )
        assert.ok(gap?.to, `gaps: ${JSON.stringify(tracks[medium]?.gaps)}`)
        await assertFilesAreAsLogged(daemon.home, events)
      },
    )
  }

  test.unless(noDesktop, 'any order and mix of start, pause, resume and stop', async () => {
    await command('new', ['mic'])
    await command('start', ['screen'])
    await command('pause', ['mic'])
    const mixed = await command('start', ['speaker'])
    assert.deepEqual(
      MEDIA.map((medium) => mixed.tracks[medium]?.state),
      ['paused', 'recording', 'recording'],
    )
    await command('stop', ['screen'])
    await command('resume', ['mic'])
    await command('pause', ['mic', 'speaker'])
    assert.equal((await current()).state, 'Paused')
    await command('start', ['screen'])
    await command('resume', ['speaker'])
    const again = await command('stop', ['mic'])
    assert.equal(again.state, 'Active')
    assert.deepEqual(
      MEDIA.map((medium) => again.tracks[medium]?.state),
      ['stopped', 'recording', 'recording'],
    )
    assert.equal((await command('stop')).state, 'WrapUp')
    const segments = await segmentsOf(daemon)
    const counts = MEDIA.map(
      (medium) => segments.filter((segment) => segment.medium === medium).length,
    )
    assert.deepEqual(counts, [2, 2, 2])
    const { tracks } = await current()
    assert.ok(tracks.mic?.gaps.some(({ reason, to }) => reason === 'paused' && to !== null))
    assert.ok(tracks.screen?.gaps.some(({ reason, to }) => reason === 'stopped' && to !== null))
    await assertFilesAreAsLogged(daemon.home, await eventsOf(daemon))
  })

  test.unless(
    noDesktop,
    'the X server dies: microphone and speaker go on, the screen says what is wrong',
    async () => {
      await command('new')
      process.kill(desktop.pids.xvfb, 'SIGKILL')
      const screen = await eventually('the screen is missed', async () => {
        const { tracks } = await current()
        return tracks.screen?.state === 'recovering' && tracks.screen
      })
      assert.equal(screen.error?.code, 'DEVICE_UNAVAILABLE')
      assert.equal((await daemon.api('GET', '/application')).body.state, 'Error')
      // Sound that is still there after the screen has been tried again.
      const before = oneWith(daemon.captures(), '-ac 1').pid
      await eventually(
        'it has been tried again',
        async () => ofType(await eventsOf(daemon), 'track.recovering').length > 0,
      )
      assert.equal(oneWith(daemon.captures(), '-ac 1').pid, before)
      const paused = await command('pause', ['screen'])
      assert.equal(paused.tracks.screen?.state, 'paused')
      assert.equal(paused.tracks.mic?.state, 'recording')
      assert.equal((await daemon.api('GET', '/application')).body.state, 'Recording')
      await command('stop')
      await assertUndisturbed('mic')
      await assertUndisturbed('speaker')
      await assertFilesAreAsLogged(daemon.home, await eventsOf(daemon))
    },
  )
})
