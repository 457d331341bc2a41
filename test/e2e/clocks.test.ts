import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { type FakeTime, fakeTime, fakeTimeProblem } from './support/fake-time.ts'
import { eventsOf, ofType, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const impossible = (await virtualDesktopProblem()) ?? fakeTimeProblem()
const EVENT_LIMIT_MS = 3_000
const HOUR_MS = 3_600_000
/**
 * The fake time since the boot stands still between sleeps, so that a sleep reads shorter by the
 * time since it was last read. The exact length is promised by the steady clock's own tests.
 */
const FAKE_BOOT_MS = 1_000

/** With it the files of a recording are complete. */
const isStopOf = (id: string) => (event: LogEvent) =>
  event.recordingId === id &&
  event.type === 'command.completed' &&
  event.data.command === 'track.stop'

suite('the machine’s clocks', (test) => {
  let desktop: VirtualDesktop
  let folder: string
  let time: FakeTime
  let daemon: ObservedDaemon
  test.before(async () => {
    if (!impossible)
      desktop = await startVirtualDesktop({ width: 640, height: 360, movement: true })
  })
  test.after(() => desktop?.stop())
  test.beforeEach(async () => {
    if (impossible) return
    folder = await mkdtemp(join(tmpdir(), 'f2f-clocks-'))
    time = fakeTime(folder)
    const { env, launcher } = time
    daemon = await startObserved({ source: 'devices', launcher, env: { ...desktop.env, ...env } })
  })
  test.afterEach(async () => {
    if (impossible) return
    await daemon.stop()
    for (const path of [daemon.home, folder]) await rm(path, { recursive: true, force: true })
  })

  const command = (path: string, body?: unknown): Promise<RecordingAnswer> =>
    daemon.command(path, body)
  const current = async (): Promise<RecordingAnswer> =>
    (await daemon.api('GET', '/recordings/current')).body
  const records = async (): Promise<boolean> =>
    current().then(({ tracks }) => MEDIA.every((medium) => tracks[medium]?.state === 'recording'))
  const codes = async (): Promise<string[]> =>
    (await daemon.api('GET', '/application')).body.errors.map(({ code }: { code: string }) => code)

  /** Stops, holds the tracks against the time, and gives the recording. */
  async function stopped(): Promise<RecordingAnswer> {
    const { id } = await command('/recordings/current/stop')
    const recording: RecordingAnswer = (await daemon.api('GET', `/recordings/${id}`)).body
    assertAccounted(recording)
    return recording
  }

  for (const aheadSeconds of [-3_600, 3_600]) {
    test.unless(
      impossible,
      `a clock that is set by ${aheadSeconds} s tears no recording apart`,
      async () => {
        const before = Date.now()
        await command('/recordings', {})
        await delay(500)
        time.set(aheadSeconds)
        await eventually(
          'it is an error of the application',
          async () => (await codes()).includes('CLOCK_STEPPED'),
          EVENT_LIMIT_MS,
        )
        await eventually('everything records', records, 10_000)
        await delay(500)
        const { tracks, startedAt, endedAt, id } = await stopped()
        const tookMs = Date.now() - before
        assert.ok(
          Date.parse(startedAt) >= before - 1_000 &&
            Date.parse(endedAt ?? '') <= before + tookMs + 1_000,
        )
        for (const medium of ['mic', 'speaker'] as const)
          assert.equal(tracks[medium]?.segments, 1, `${medium} goes on`)
        const log = await wholeLog(daemon, isStopOf(id))
        const [step] = ofType(log, 'clock.stepped')
        assert.ok(
          Math.abs((step?.data.byMs ?? 0) - aheadSeconds * 1_000) < 500,
          JSON.stringify(step?.data),
        )

        await command(`/recordings/${id}/close`)
        await eventually('the warning is over', async () => (await codes()).length === 0)
        const askedAt = Date.now()
        const next = await command('/recordings', { media: ['mic'] })
        const beganAt = Date.parse(next.startedAt) - aheadSeconds * 1_000
        assert.ok(
          beganAt > askedAt - 1_000 && beganAt < Date.now() + 1_000,
          `the next recording begins ${beganAt - askedAt} ms after it was asked for, in the new time`,
        )
        await stopped()
        await assertFilesAreAsLogged(daemon.home, await wholeLog(daemon, isStopOf(next.id)))
      },
    )
  }

  test.unless(
    impossible,
    'a sleep is a gap of its own in every track that was recording, and no other',
    async () => {
      await command('/recordings', {})
      await command('/recordings/current/pause', { media: ['speaker'] })
      await delay(700)
      time.sleep(2 * 3_600)
      const recovered = async (): Promise<boolean> => {
        const events = await eventsOf(daemon)
        return (['mic', 'screen'] as Medium[]).every((medium) =>
          ofType(events, 'track.recovered').some(({ data }) => data.medium === medium),
        )
      }
      await eventually(
        'it is noticed',
        async () => ofType(await eventsOf(daemon), 'track.recovering').length === 2,
        EVENT_LIMIT_MS,
      )
      await eventually('mic and screen have recovered', recovered, 10_000)
      await delay(500)
      const { id, tracks } = await stopped()
      for (const medium of ['mic', 'screen'] as const) {
        const gap = tracks[medium]?.gaps.find(({ reason }) => reason === 'suspended')
        const lastedMs = Date.parse(gap?.to ?? '') - Date.parse(gap?.from ?? '')
        assert.ok(
          lastedMs >= 2 * HOUR_MS - FAKE_BOOT_MS && lastedMs < 2 * HOUR_MS + 5_000,
          `${medium}: ${lastedMs} ms`,
        )
        for (const span of tracks[medium]?.spans ?? [])
          assert.ok(Date.parse(span.to) - Date.parse(span.from) < 60_000)
      }
      assert.deepEqual(
        new Set(tracks.speaker?.gaps.map(({ reason }) => reason)),
        new Set(['notStarted', 'paused']),
      )
      const log = await wholeLog(daemon, isStopOf(id))
      await assertFilesAreAsLogged(daemon.home, log)
      const [slept] = ofType(log, 'machine.slept')
      const sleptMs = Date.parse(slept?.data.to ?? '') - Date.parse(slept?.data.from ?? '')
      assert.ok(sleptMs >= 2 * HOUR_MS - FAKE_BOOT_MS, `${sleptMs} ms`)
    },
  )

  test.unless(impossible, 'a resume right after a sleep is not ended by that sleep', async () => {
    await command('/recordings', { media: ['mic', 'speaker'] })
    await command('/recordings/current/pause')
    // While nothing is captured, the clocks are looked at once a second.
    await delay(1_100)
    time.sleep(2 * 3_600)
    const { tracks } = await command('/recordings/current/resume')
    assert.deepEqual([tracks.mic?.state, tracks.speaker?.state], ['recording', 'recording'])
    const { id } = await stopped()
    const log = await wholeLog(daemon, isStopOf(id))
    assert.equal(ofType(log, 'machine.slept').length, 1)
    for (const type of ['track.failed', 'track.recovering'] as const)
      assert.deepEqual(ofType(log, type), [])
  })
})
