import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeAudio } from '../../lab/measure.ts'
import { addMicrophone, pactl } from '../../lab/microphone.ts'
import { SoundRelay } from '../../lab/sound-relay.ts'
import { startVirtualDesktop } from '../../lab/virtual-desktop.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { ApplicationView, RecordingAnswer } from '../../src/contract/views.ts'
import { assertWithin } from '../support/machine.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { staticFfmpeg } from '../support/static-ffmpeg.ts'
import { eventually } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { PIPEWIRE_FAULTS } from './support/pipewire-fault-list.ts'
import { SOUND_FAULTS, type SoundWorld } from './support/sound-fault-list.ts'
import { createStallingFfmpeg } from './support/stalling-ffmpeg.ts'
import { loudestDb } from './support/traces.ts'

const EVENT_MS = 3_000
const STOP_MS = 5_000
const RETURN_MS = 10_000
const OWN_HZ = 1_000
const OTHER_HZ = 3_000

/** Listens to the levels on the event stream, until the signal. */
async function readLevels(
  daemon: ObservedDaemon,
  signal: AbortSignal,
  take: (level: { medium: Medium; at: string }) => void,
): Promise<void> {
  const headers = { Authorization: `Bearer ${daemon.token}` }
  const { body } = await fetch(`${daemon.url}/v1/events?levels=1`, { headers, signal })
  let text = ''
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop()!
    for (const block of blocks)
      if (/^event: level$/m.test(block)) take(JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}'))
  }
}

const isLong = process.env.F2F_ALL_FAULTS !== undefined
/**
 * The media of most recordings. The screen, which no fault of sound may touch, is recorded under
 * the first fault, by each server in a pause, and in `npm run test:long` always.
 */
const SOUND = isLong ? {} : { media: ['audio'] }

suiteOnEachServer('sound faults', (test, { soundServer, isPipeWire, problem }) => {
  let world: SoundWorld
  let folder: string
  /** The recordings so far, and the files of them that have been checked. */
  const ids: string[] = []
  const checked = new Set<string>()
  test.before(async () => {
    if (problem) return
    const desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer })
    // Each server's faults with one of the two classes of ffmpeg that people have.
    const ffmpeg = createStallingFfmpeg(isPipeWire ? staticFfmpeg : undefined)
    folder = await mkdtemp(join(tmpdir(), 'f2f-relay-'))
    const relay = await SoundRelay.start(folder, desktop.env)
    const env = { ...desktop.env, ...relay.env, FFMPEG_BIN: ffmpeg.path }
    world = { desktop, ffmpeg, relay, daemon: await startObserved({ source: 'devices', env }) }
  })
  /** Makes everything good that a failed test has left, so that it takes no other with it. */
  test.afterEach(async () => {
    if (problem) return
    const { daemon, desktop, ffmpeg } = world
    ffmpeg.release()
    for (const pid of Object.values(desktop.soundPrograms))
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT')
    await desktop.reviveSound()
    await pactl(desktop.env, 'set-source-mute', desktop.micSource, '0')
    await pactl(desktop.env, 'set-default-source', desktop.micSource)
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
  })
  test.after(async () => {
    if (problem) return
    await world.daemon.stop()
    await world.relay.stop()
    await world.desktop.stop()
    for (const path of [world.daemon.home, folder]) await rm(path, { recursive: true, force: true })
  })

  async function command(name: string, body: object = {}): Promise<RecordingAnswer> {
    const path = name === 'new' ? '/recordings' : `/recordings/current/${name}`
    const answer = await world.daemon.command(path, body)
    if (name === 'new') ids.push(answer.id)
    return answer
  }
  const application = async (): Promise<ApplicationView> =>
    (await world.daemon.api('GET', '/application')).body
  const stateOf = async (medium: Medium) =>
    (await world.daemon.api('GET', '/recordings/current')).body.tracks[medium].state
  /** As many events of a type as are expected. */
  const happened = async <T extends LogEvent['type']>(type: T, limitMs: number, count = 1) =>
    eventually(
      `${count} ${type}`,
      async () => {
        const found = ofType(await eventsOf(world.daemon), type)
        return found.length >= count && found
      },
      limitMs,
    )

  /**
   * Stops in time, with every second accounted for, and one piece of each medium that had no fault.
   */
  async function stopAndJudge(faulty: Medium[]): Promise<RecordingAnswer> {
    const since = performance.now()
    const stopped = await command('stop')
    assertWithin(performance.now() - since, STOP_MS, 'the stop')
    for (const [medium, track] of Object.entries(stopped.tracks))
      if (track.state !== 'off' && !faulty.includes(medium as Medium))
        assert.equal(track.segments, 1, medium)
    assertAccounted(stopped)
    const events = await Promise.all(ids.map((id) => eventsOf(world.daemon, id)))
    await assertFilesAreAsLogged(world.daemon.home, events.flat(), checked)
    return stopped
  }

  const faults = isPipeWire ? PIPEWIRE_FAULTS : SOUND_FAULTS
  /** The faults after which a recording is stopped at once; all of them in `npm run test:long`. */
  const stoppedAtOnce = isLong ? faults : faults.slice(0, 2)

  for (const [index, { what, media, strike, reason, detail }] of faults.entries()) {
    test.unless(problem, `${what}: told within 3 s, and sound comes back by itself`, async () => {
      await command('new', index === 0 ? {} : SOUND)
      const struckAt = Date.now()
      const makeGood = await strike(world)
      for (const { at, data } of await happened(
        'track.recovering',
        EVENT_MS + 1_000,
        media.length,
      )) {
        const tookMs = Date.parse(at) - struckAt
        assertWithin(tookMs, EVENT_MS, 'the event')
        assert.ok(media.includes(data.medium))
        assert.equal(data.reason, reason)
        assert.match(data.detail, detail)
      }
      if (makeGood) {
        for (const medium of media) assert.equal(await stateOf(medium), 'recovering')
        const { state, errors } = await application()
        assert.deepEqual([state, errors.map(({ medium }) => medium).sort()], ['Error', media])
        await makeGood()
      }
      await happened('track.recovered', RETURN_MS, media.length)
      for (const medium of media) assert.equal(await stateOf(medium), 'recording')
      assert.equal((await application()).state, 'Recording')
      const { tracks } = await stopAndJudge(media)
      for (const medium of media) {
        assert.equal(tracks[medium]?.segments, 2)
        assert.equal(tracks[medium]?.gaps.filter((gap) => gap.reason === reason).length, 1)
      }
    })
  }

  for (const { what, media, strike } of stoppedAtOnce) {
    test.unless(problem, `${what}: a stop at once is done in time`, async () => {
      await command('new', SOUND)
      const makeGood = await strike(world)
      await stopAndJudge(media)
      await makeGood?.()
    })
  }

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    test.unless(
      problem,
      `a server that is ${signal === 'SIGKILL' ? 'killed' : 'frozen'} in a pause: a resume fails with a reason, and a start works when it is back`,
      async () => {
        const { desktop, daemon } = world
        for (const program of Object.keys(desktop.soundPrograms)) {
          // One that is started again takes others with it.
          const pid = desktop.soundPrograms[program]!
          await command('new')
          await command('pause')
          process.kill(pid, signal)
          const { status, body } = await daemon.api('POST', '/recordings/current/resume')
          assert.equal(status, 503, program)
          assert.ok(['DEVICE_UNAVAILABLE', 'CAPTURE_FAILED'].includes(body.code), body.code)
          assert.match(body.detail, /\.$/)
          assert.deepEqual([await stateOf('mic'), await stateOf('speaker')], ['failed', 'failed'])
          if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT')
          else await desktop.reviveSound()
          await command('start', { media: ['audio'] })
          assert.deepEqual(
            [await stateOf('mic'), await stateOf('speaker')],
            Array(2).fill('recording'),
          )
          const { tracks } = await stopAndJudge([...MEDIA])
          for (const medium of MEDIA) assert.equal(tracks[medium]?.segments, 2, medium)
          await command('close')
        }
      },
    )

  test.unless(problem, 'a stop while sound is missed is done in time', async () => {
    await command('new', SOUND)
    process.kill(world.desktop.pids.pulseaudio, 'SIGSTOP')
    await happened('track.recovering', EVENT_MS + 1_000, 2)
    await stopAndJudge(['mic', 'speaker'])
    process.kill(world.desktop.pids.pulseaudio, 'SIGCONT')
  })

  test.unless(problem, 'a speaker that is taken away is missed, and back when it is', async () => {
    const { env } = world.desktop
    const load = () =>
      pactl(env, 'load-module', 'module-null-sink', 'sink_name=headset', 'rate=48000', 'channels=2')
    const module = await load()
    await command('new', { media: ['audio'], devices: { speaker: 'headset' } })
    await pactl(env, 'unload-module', module)
    const [{ data } = assert.fail()] = await happened('track.recovering', EVENT_MS)
    assert.deepEqual(
      [data.medium, data.code, data.reason],
      ['speaker', 'DEVICE_UNAVAILABLE', 'deviceLost'],
    )
    await load()
    await happened('track.recovered', RETURN_MS)
    await stopAndJudge(['speaker'])
  })

  test.unless(
    problem,
    isPipeWire
      ? 'a sound server that hangs for a second: what is lost of its sound is told'
      : 'a sound server that hangs for a second loses none of its sound',
    async () => {
      await command('new', SOUND)
      const { pulseaudio } = world.desktop.pids
      process.kill(pulseaudio, 'SIGSTOP')
      await delay(1_000)
      process.kill(pulseaudio, 'SIGCONT')
      // Longer than it takes to tell that sound was lost.
      await delay(2_000)
      // PulseAudio catches up with its devices. pipewire-pulse is a client of PipeWire, which does
      // not wait for it.
      const lossy: Medium[] = isPipeWire ? ['mic', 'speaker'] : []
      if (isPipeWire) await happened('track.recovered', RETURN_MS, 2)
      const { tracks } = await stopAndJudge(lossy)
      const usual = ['notStarted', 'stopped']
      for (const medium of ['mic', 'speaker'] as const)
        assert.deepEqual(
          tracks[medium]?.gaps.map(({ reason }) => reason).filter((one) => !usual.includes(one)),
          lossy.includes(medium) ? ['captureFailed'] : [],
        )
    },
  )

  test.unless(
    problem,
    'a microphone that is unplugged is missed, is not replaced by another, and is back when it is plugged in',
    async () => {
      const { desktop, daemon } = world
      const own = await addMicrophone(desktop.env, 'own', OWN_HZ)
      const other = await addMicrophone(desktop.env, 'other', OTHER_HZ)
      try {
        await pactl(desktop.env, 'set-default-source', 'other')
        const { id } = await command('new', { ...SOUND, devices: { mic: 'own' } })
        for (let time = 1; time <= 3; time++) {
          const struckAt = Date.now()
          await own.unplug()
          const [{ at, data } = assert.fail()] = (
            await happened('track.recovering', EVENT_MS, time)
          ).slice(-1)
          assertWithin(Date.parse(at) - struckAt, EVENT_MS, 'the event')
          assert.deepEqual(
            [data.medium, data.code, data.reason],
            ['mic', 'DEVICE_UNAVAILABLE', 'deviceLost'],
          )
          const { state, errors } = await application()
          assert.deepEqual([state, errors.map(({ medium }) => medium)], ['Error', ['mic']])
          await own.plug()
          await happened('track.recovered', RETURN_MS, time)
        }
        await stopAndJudge(['mic'])
        for (const { data } of ofType(await eventsOf(daemon), 'segment.closed')) {
          if (data.medium !== 'mic') continue
          const samples = await decodeAudio(join(daemon.home, 'recordings', id, data.file))
          assert.ok(
            loudestDb(samples, OWN_HZ) > -14,
            `${data.file}: ${loudestDb(samples, OWN_HZ)} dB`,
          )
          assert.ok(
            loudestDb(samples, OTHER_HZ) < -60,
            `${data.file}: ${loudestDb(samples, OTHER_HZ)} dB`,
          )
        }
      } finally {
        await own.stop()
        await other.stop()
      }
    },
  )

  test.unless(
    problem,
    'a muted microphone is a warning, an error of the application and not the end',
    async () => {
      await command('new', SOUND)
      const since = Date.now()
      await pactl(world.desktop.env, 'set-source-mute', world.desktop.micSource, '1')
      const [{ at, data } = assert.fail()] = await happened('warning.raised', 6_000)
      assertWithin(Date.parse(at) - since, 5_000, 'the warning')
      assert.deepEqual([data.code, data.medium], ['SOURCE_MUTED', 'mic'])
      const { state, errors } = await application()
      assert.deepEqual([state, errors.map(({ code }) => code)], ['Error', ['SOURCE_MUTED']])
      assert.equal(await stateOf('mic'), 'recording')
      await pactl(world.desktop.env, 'set-source-mute', world.desktop.micSource, '0')
      await happened('warning.cleared', 3_000)
      assert.equal((await application()).state, 'Recording')
      await stopAndJudge([])
    },
  )

  test.unless(problem, 'a microphone that is muted before the start is told of too', async () => {
    await pactl(world.desktop.env, 'set-source-mute', world.desktop.micSource, '1')
    await command('new', SOUND)
    const [{ data } = assert.fail()] = await happened('warning.raised', 5_000)
    assert.deepEqual([data.code, data.medium], ['SOURCE_MUTED', 'mic'])
    await stopAndJudge([])
  })

  test.unless(
    problem,
    'levels go on, five a second and more, while it is loud, muted and unmuted',
    async () => {
      await command('new', SOUND)
      const listener = new AbortController()
      const levels: { medium: Medium; at: string }[] = []
      const listening = readLevels(world.daemon, listener.signal, (level) =>
        levels.push(level),
      ).catch(() => {})
      const lasting = async (seconds: number) => {
        const since = Date.now()
        await eventually(
          `levels for ${seconds} s`,
          () => Date.now() - since >= seconds * 1_000,
          2_000 * seconds,
        )
        for (const medium of ['mic', 'speaker']) {
          const count = levels.filter(
            (level) => level.medium === medium && Date.parse(level.at) >= since,
          ).length
          assert.ok(count >= 5 * seconds, `${count} levels of the ${medium} in ${seconds} s`)
        }
      }
      await eventually('the first levels', () => levels.length > 0)
      await lasting(1)
      await pactl(world.desktop.env, 'set-source-mute', world.desktop.micSource, '1')
      await lasting(2)
      await pactl(world.desktop.env, 'set-source-mute', world.desktop.micSource, '0')
      const sound = await world.desktop.play('mic', { toneHz: OWN_HZ, seconds: 10 })
      await lasting(2)
      await sound.stop()
      listener.abort()
      await listening
      // They are for the moment only.
      assert.ok((await eventsOf(world.daemon)).every(({ type }) => !type.includes('level')))
      await stopAndJudge([])
    },
  )
})
