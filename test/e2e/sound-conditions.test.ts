import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeAudio } from '../../lab/measure.ts'
import { addMicrophone, pactl } from '../../lab/microphone.ts'
import type { Medium } from '../../src/contract/media.ts'
import { assertWithin } from '../support/machine.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { eventually } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import type { ObservedDaemon } from './support/observed-daemon.ts'
import { SoundStage } from './support/sound-stage.ts'
import { loudestDb } from './support/traces.ts'

const EVENT_MS = 3_000
const RETURN_MS = 10_000
const OWN_HZ = 1_000
const OTHER_HZ = 3_000
const SOUND = process.env.F2F_ALL_FAULTS === undefined ? { media: ['audio'] } : {}

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

suiteOnEachServer('changes of sound in a recording', (test, server) => {
  const { isPipeWire, problem } = server
  const stage = SoundStage.for(test, server)

  test.unless(
    problem,
    isPipeWire
      ? 'a sound server that hangs for a second: what is lost of its sound is told'
      : 'a sound server that hangs for a second loses none of its sound',
    async () => {
      await stage.command('new', SOUND)
      const { pulseaudio } = stage.world.desktop.pids
      process.kill(pulseaudio, 'SIGSTOP')
      await delay(1_000)
      process.kill(pulseaudio, 'SIGCONT')
      // Longer than it takes to tell that sound was lost.
      await delay(2_000)
      // PulseAudio catches up with its devices. pipewire-pulse is a client of PipeWire, which does
      // not wait for it.
      const lossy: Medium[] = isPipeWire ? ['mic', 'speaker'] : []
      if (isPipeWire) await stage.happened('track.recovered', RETURN_MS, 2)
      const { tracks } = await stage.stopAndJudge(lossy)
      const usual = ['notStarted', 'stopped']
      for (const medium of ['mic', 'speaker'] as const)
        assert.deepEqual(
          tracks[medium]?.gaps.map(({ reason }) => reason).filter((one) => !usual.includes(one)),
          lossy.includes(medium) ? ['captureFailed'] : [],
        )
    },
  )

  test.unless(problem, 'a speaker that is taken away is missed, and back when it is', async () => {
    const { env } = stage.world.desktop
    const load = () =>
      pactl(env, 'load-module', 'module-null-sink', 'sink_name=headset', 'rate=48000', 'channels=2')
    const module = await load()
    await stage.command('new', { media: ['audio'], devices: { speaker: 'headset' } })
    await pactl(env, 'unload-module', module)
    const [{ data } = assert.fail()] = await stage.happened('track.recovering', EVENT_MS)
    assert.deepEqual(
      [data.medium, data.code, data.reason],
      ['speaker', 'DEVICE_UNAVAILABLE', 'deviceLost'],
    )
    await load()
    await stage.happened('track.recovered', RETURN_MS)
    await stage.stopAndJudge(['speaker'])
  })

  test.unless(
    problem,
    'a microphone that is unplugged is missed, is not replaced by another, and is back when it is plugged in',
    async () => {
      const { desktop, daemon } = stage.world
      const own = await addMicrophone(desktop.env, 'own', OWN_HZ)
      const other = await addMicrophone(desktop.env, 'other', OTHER_HZ)
      try {
        await pactl(desktop.env, 'set-default-source', 'other')
        const { id } = await stage.command('new', { ...SOUND, devices: { mic: 'own' } })
        for (let time = 1; time <= 3; time++) {
          const struckAt = Date.now()
          await own.unplug()
          const [{ at, data } = assert.fail()] = (
            await stage.happened('track.recovering', EVENT_MS, time)
          ).slice(-1)
          assertWithin(Date.parse(at) - struckAt, EVENT_MS, 'the event')
          assert.deepEqual(
            [data.medium, data.code, data.reason],
            ['mic', 'DEVICE_UNAVAILABLE', 'deviceLost'],
          )
          const { state, errors } = await stage.application()
          assert.deepEqual([state, errors.map(({ medium }) => medium)], ['Error', ['mic']])
          await own.plug()
          await stage.happened('track.recovered', RETURN_MS, time)
        }
        await stage.stopAndJudge(['mic'])
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
      await stage.command('new', SOUND)
      const since = Date.now()
      await pactl(stage.world.desktop.env, 'set-source-mute', stage.world.desktop.micSource, '1')
      const [{ at, data } = assert.fail()] = await stage.happened('warning.raised', 6_000)
      assertWithin(Date.parse(at) - since, 5_000, 'the warning')
      assert.deepEqual([data.code, data.medium], ['SOURCE_MUTED', 'mic'])
      const { state, errors } = await stage.application()
      assert.deepEqual([state, errors.map(({ code }) => code)], ['Error', ['SOURCE_MUTED']])
      assert.equal(await stage.stateOf('mic'), 'recording')
      await pactl(stage.world.desktop.env, 'set-source-mute', stage.world.desktop.micSource, '0')
      await stage.happened('warning.cleared', 3_000)
      assert.equal((await stage.application()).state, 'Recording')
      await stage.stopAndJudge([])
    },
  )

  test.unless(problem, 'a microphone that is muted before the start is told of too', async () => {
    await pactl(stage.world.desktop.env, 'set-source-mute', stage.world.desktop.micSource, '1')
    await stage.command('new', SOUND)
    const [{ data } = assert.fail()] = await stage.happened('warning.raised', 5_000)
    assert.deepEqual([data.code, data.medium], ['SOURCE_MUTED', 'mic'])
    await stage.stopAndJudge([])
  })

  test.unless(
    problem,
    'levels go on, five a second and more, while it is loud, muted and unmuted',
    async () => {
      await stage.command('new', SOUND)
      const listener = new AbortController()
      const levels: { medium: Medium; at: string }[] = []
      const listening = readLevels(stage.world.daemon, listener.signal, (level) =>
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
      await pactl(stage.world.desktop.env, 'set-source-mute', stage.world.desktop.micSource, '1')
      await lasting(2)
      await pactl(stage.world.desktop.env, 'set-source-mute', stage.world.desktop.micSource, '0')
      const sound = await stage.world.desktop.play('mic', { toneHz: OWN_HZ, seconds: 10 })
      await lasting(2)
      await sound.stop()
      listener.abort()
      await listening
      // They are for the moment only.
      assert.ok((await eventsOf(stage.world.daemon)).every(({ type }) => !type.includes('level')))
      await stage.stopAndJudge([])
    },
  )
})
