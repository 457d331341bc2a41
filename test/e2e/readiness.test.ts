import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { SoundRelay } from '../../lab/sound-relay.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../lab/virtual-desktop.ts'
import type { Medium } from '../../src/contract/media.ts'
import type { ReadinessCheck, ReadinessView } from '../../src/contract/views.ts'
import { assertWithin } from '../support/machine.ts'
import { recordingFolders } from '../support/recording-folders.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { eventually } from '../support/suite.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

/** The program of a probe, by its command line. */
const PROBES = /-frames:v/

type Answer = ReadinessView & {
  of(id: string, medium?: Medium): ReadinessCheck | undefined
}

suiteOnEachServer('readiness on a desktop', (test, { soundServer, problem: noDesktop }) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  /** Between the daemon and the sound server. */
  let relay: SoundRelay
  test.beforeEach(async () => {
    if (noDesktop) return
    desktop = await startVirtualDesktop({ soundServer, width: 640, height: 360 })
    relay = await SoundRelay.start(desktop.env.PULSE_RUNTIME_PATH ?? '', desktop.env)
    daemon = await startObserved({ source: 'devices', env: { ...desktop.env, ...relay.env } })
  })
  test.afterEach(async () => {
    if (noDesktop) return
    await daemon.stop()
    await relay.stop()
    await desktop.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  /** Asks until there is an answer about every device: a slow machine may be late with one. */
  const look = (isWhole: (answer: Answer) => boolean = () => true) =>
    eventually(
      'an answer about every device',
      async () => {
        const answer = await ask()
        const isAnswered = answer.checks.every(({ detail }) => !detail.includes('has not answered'))
        return isAnswered && isWhole(answer) && answer
      },
      15_000,
    )
  const lookAtAll = () =>
    look(({ of }) => Boolean(of('mute', 'mic') && of('mute', 'speaker') && of('picture', 'screen')))

  async function ask(): Promise<Answer> {
    const at = performance.now()
    const { status, body } = await daemon.api('GET', '/readiness')
    assertWithin(performance.now() - at, 2_000, 'readiness')
    assert.equal(status, 200)
    const checks: ReadinessCheck[] = body.checks
    return {
      ...body,
      of: (id, medium) => checks.find((check) => check.id === id && check.medium === medium),
    }
  }
  const pactl = (...args: string[]) =>
    execFileSync('pactl', args, { env: { ...process.env, ...desktop.env }, stdio: 'ignore' })
  /** Everything being looked at: connections for sounds, and programs for the screen. */
  const probing = () => [
    ...[desktop.micSource, `${desktop.speakerSink}.monitor`].filter(
      (source) => relay.connectionsWith(source).length > 0,
    ),
    ...daemon
      .children()
      .map(({ command }) => command)
      .filter((command) => PROBES.test(command)),
  ]

  test.unless(
    noDesktop,
    'a microphone in a quiet room is ready, and nothing of it is kept',
    async () => {
      // The first programs of a cold machine may need longer than the limit of an answer.
      const { of } = await eventually(
        'everything is ready',
        async () => {
          const found = await look()
          return found.ready && found
        },
        15_000,
      )
      const quiet = of('level', 'mic')?.level?.rmsDb ?? 0
      assert.ok(quiet > -100 && quiet < -50, `${quiet} dB`)
      const tone = await desktop.play('mic', { toneHz: 440, seconds: 30 })
      assert.ok(((await look()).of('level', 'mic')?.level?.peakDb ?? -120) > -30)
      await tone.stop()
      await eventually('no probe is left', () => probing().length === 0)
      assert.deepEqual(recordingFolders(daemon.home), [])
    },
  )

  test.unless(noDesktop, 'a microphone that delivers digital silence is not ready', async () => {
    await daemon.stop()
    await desktop.stop()
    desktop = await startVirtualDesktop({ soundServer, width: 640, height: 360, quietRoom: false })
    daemon = await startObserved({ source: 'devices', env: desktop.env })
    const { ready, of } = await look()
    assert.equal(ready, false)
    assert.equal(of('level', 'mic')?.result, 'fail')
    assert.match(of('level', 'mic')?.detail ?? '', /digital silence/)
    assert.ok(of('level', 'mic')?.remedy)
    assert.equal(of('level', 'speaker')?.result, 'pass', 'of a speaker it is nothing')
  })

  test.unless(noDesktop, 'mute and a black screen are told, each with what to do', async () => {
    pactl('set-source-mute', desktop.micSource, '1')
    pactl('set-sink-mute', desktop.speakerSink, '1')
    await desktop.fillScreen('#000000')
    const { ready, of } = await lookAtAll()
    assert.equal(ready, false)
    assert.deepEqual([of('mute', 'mic')?.result, of('mute', 'speaker')?.result], ['fail', 'warn'])
    assert.equal(of('picture', 'screen')?.result, 'fail')
    assert.ok(of('mute', 'mic')?.remedy && of('picture', 'screen')?.remedy)
    pactl('set-source-mute', desktop.micSource, '0')
    pactl('set-sink-mute', desktop.speakerSink, '0')
    await desktop.fillScreen('#336699')
    const after = await lookAtAll()
    assert.deepEqual(
      [
        after.of('mute', 'mic')?.result,
        after.of('mute', 'speaker')?.result,
        after.of('picture', 'screen')?.result,
      ],
      ['pass', 'pass', 'pass'],
    )
  })

  test.unless(
    noDesktop,
    'a frozen sound server and a frozen display are answered in time, and leave nothing',
    async () => {
      await look()
      for (const pid of [desktop.pids.pulseaudio, desktop.pids.xvfb]) process.kill(pid, 'SIGSTOP')
      try {
        const { ready, of, checks } = await ask()
        assert.equal(ready, false)
        for (const medium of ['mic', 'speaker', 'screen'] as const)
          assert.ok(
            checks.some(
              (check) => check.medium === medium && check.result === 'fail' && check.remedy,
            ),
            `${medium} fails: ${JSON.stringify(checks)}`,
          )
        assert.equal(of('disk')?.result, 'pass')
        await eventually('nothing is left', () => probing().length === 0)
      } finally {
        for (const pid of [desktop.pids.pulseaudio, desktop.pids.xvfb]) process.kill(pid, 'SIGCONT')
      }
      await eventually(
        'all is well again',
        async () => (await look()).of('delivering', 'mic')?.result === 'pass',
        15_000,
      )
    },
  )

  test.unless(
    noDesktop,
    'nothing is opened in a pause, and a pause ends what is being looked at',
    async () => {
      const { status } = await daemon.api('POST', '/recordings', { media: ['mic'] })
      assert.equal(status, 201)
      const looking = daemon.api('GET', '/readiness')
      await eventually('the speaker is looked at', () =>
        probing().includes(`${desktop.speakerSink}.monitor`),
      )
      assert.equal((await daemon.api('POST', '/recordings/current/pause')).status, 200)
      assert.deepEqual(probing(), [], 'nobody listens any more')
      assert.equal((await looking).status, 200)
      const seen: string[] = []
      const watch = setInterval(() => seen.push(...probing()), 5)
      try {
        const paused = await look()
        assert.match(paused.of('delivering', 'mic')?.detail ?? '', /It is paused/)
      } finally {
        clearInterval(watch)
      }
      assert.deepEqual(seen, [])
    },
  )

  test.unless(
    noDesktop,
    'a daemon that is killed in the middle of it leaves no process and no connection',
    async () => {
      const looking = daemon.api('GET', '/readiness').catch(() => undefined)
      await eventually('devices are opened', () => probing().length > 0)
      daemon.kill('SIGKILL')
      await looking
      await eventually('nothing is left', () => daemon.children().length === 0)
      await eventually('no connection is left', () => probing().length === 0)
    },
  )
})
