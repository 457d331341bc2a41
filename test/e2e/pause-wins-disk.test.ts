import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import type { DaemonOptions } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertLogIsWhole } from './support/aftermath.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { eventsOf, ofType, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import {
  assertNothingLater,
  current,
  END_MS,
  endsCapture,
  start,
  WINNERS,
} from './support/winning.ts'

/** `npm run test:long` does the same with a stop. */
const winners = process.env.F2F_ALL_FAULTS === undefined ? (['pause'] as const) : WINNERS

/**
 * The recorder has got over its disk by itself: everything is in order, and it can record again.
 */
async function assertRecovered(
  daemon: ObservedDaemon,
  expected: {
    recording: RecordingAnswer
    tags: string[]
    reason: 'interrupted' | 'storageFull' | null
    arrivedBy: number
  },
): Promise<void> {
  const { recording, tags, reason, arrivedBy } = expected
  await eventually(
    'the log is verified',
    async () =>
      (await daemon.api('GET', '/application')).body.storage.log === 'verified' || undefined,
    10_000,
  )
  const events = await wholeLog(daemon, ({ type }) => type === 'log.reopened')
  assertLogIsWhole(events)
  assertNothingLater(events, arrivedBy)
  await assertFilesAreAsLogged(daemon.home, events)
  const after = (await daemon.api('GET', `/recordings/${recording.id}`)).body
  assert.equal(after.state, 'WrapUp')
  // For want of space it is ended by a stop of the recorder's own, as long as the log takes that.
  const stoppedFull = ofType(events, 'recording.wrapUpStarted').some(
    ({ data }) => data.reason === 'storageFull',
  )
  const ended =
    ofType(events, 'recording.interrupted').at(-1)?.data.reason ??
    (stoppedFull ? 'storageFull' : null)
  assert.equal(ended, reason)
  for (const tag of tags)
    assert.ok(
      after.tags.some(({ key }: { key: string }) => key === tag),
      `the tag ${tag} is lost`,
    )
  const { body: application } = await daemon.api('GET', '/application')
  assert.equal(application.state, 'Idle', JSON.stringify(application.errors))
  assert.equal(daemon.captures().length, 0)
  const next = await start(daemon)
  assert.equal((await daemon.api('POST', `/recordings/${next.id}/stop`)).status, 200)
}

const noDisk = await faultDiskProblem()

suite('pause and stop win over the disk', (test) => {
  let disk: FaultDisk | undefined
  let daemon: ObservedDaemon | undefined

  async function startOn(faulty: FaultDisk, options: DaemonOptions = {}): Promise<ObservedDaemon> {
    disk = faulty
    daemon = await startObserved({ home: faulty.folder, ...options })
    return daemon
  }

  test.afterEach(async () => {
    // First the disk, so that the daemon can end.
    disk?.heal()
    await daemon?.stop()
    await disk?.remove()
    disk = undefined
    daemon = undefined
  })

  for (const winner of winners) {
    test.unless(
      noDisk,
      `a ${winner} while the disk is slow takes effect at once and is answered later`,
      async () => {
        const recorder = await startOn(createFaultDisk())
        await start(recorder)
        disk?.freeze()
        const { arrivedBy, answer } = await endsCapture(recorder, winner)
        disk?.thaw()
        assert.equal((await answer).status, 200, JSON.stringify((await answer).body))
        assert.equal((await answer).body.state, winner === 'pause' ? 'Paused' : 'WrapUp')
        const events = await eventsOf(recorder)
        assertNothingLater(events, arrivedBy)
        await assertFilesAreAsLogged(recorder.home, events)
      },
    )

    test.unless(
      noDisk,
      `a ${winner} while the disk hangs ends capture; the answer is 503`,
      async () => {
        const recorder = await startOn(createFaultDisk())
        const recording = await start(recorder, { tags: { before: 1 } })
        disk?.freeze()
        const { arrivedBy, answer } = await endsCapture(recorder, winner)
        assert.equal((await answer).status, 503)
        assert.equal((await answer).body.code, 'STORAGE_UNAVAILABLE')
        assert.equal(
          (await recorder.api('POST', '/recordings/current/tags', { tags: { later: 1 } })).status,
          503,
        )
        const { body: application } = await recorder.api('GET', '/application')
        assert.equal(application.state, 'Error')
        assert.notEqual(application.storage.log, 'verified')
        assert.equal(recorder.captures().length, 0)
        disk?.thaw()
        // What had reached the disk's door gets in: a stop that was not acknowledged has ended the
        // recording all the same.
        const reason = winner === 'stop' ? null : 'interrupted'
        await assertRecovered(recorder, { recording, tags: ['before'], reason, arrivedBy })
      },
    )

    test.unless(
      noDisk,
      `a ${winner} with a full disk ends capture; the answer is 507 until there is space`,
      async () => {
        const recorder = await startOn(createFaultDisk())
        const recording = await start(recorder, { tags: { before: 1 } })
        disk?.fill()
        const { arrivedBy, answer } = await endsCapture(recorder, winner)
        const { status, body } = await answer
        // Or the recorder was faster, and has ended the recording for want of space.
        const tooLate = status === 409 && body.state === 'WrapUp'
        assert.ok(tooLate || [200, 503, 507].includes(status), `${winner} was answered ${status}`)
        const tags = ['before']
        // The log gives up its ballast, and closes files: what becomes free is filled again.
        const fillAgain = (): void => {
          try {
            disk?.fill()
          } catch {
            // Something was freed meanwhile; the next tag fills it, or the next turn does.
          }
        }
        const tagged = async (): Promise<boolean> => {
          const keys = Array.from({ length: 15 }, (_, i) => `t${tags.length + i}`)
          const body = { tags: Object.fromEntries(keys.map((key) => [key, 'x'.repeat(4_000)])) }
          const answered = await recorder.api('POST', '/recordings/current/tags', body)
          if (answered.status === 200) {
            tags.push(...keys)
            fillAgain()
          } else {
            assert.equal(answered.status, 507, JSON.stringify(answered.body))
            assert.equal(answered.body.code, 'STORAGE_FULL')
          }
          return answered.status === 200
        }
        const application = async () => (await recorder.api('GET', '/application')).body
        await eventually(
          'the log is full',
          async () => !(await tagged()) && (await application()).storage.log === 'readOnly',
          20_000,
        )
        const { state, errors } = await application()
        assert.equal(state, 'Error')
        assert.ok(errors.some(({ code }: { code: string }) => code === 'STORAGE_FULL'))
        assert.equal(recorder.captures().length, 0)
        disk?.free()
        // A stop that the log could still take has ended the recording before the log failed.
        const reason = winner === 'stop' && status === 200 ? null : 'storageFull'
        await assertRecovered(recorder, { recording, tags, reason, arrivedBy })
      },
    )

    test.unless(
      noDisk,
      `a ${winner} with a log that cannot be written ends capture; the answer is 503`,
      async () => {
        const recorder = await startOn(createFaultDisk())
        const recording = await start(recorder, { tags: { before: 1 } })
        const log = join(recorder.home, 'log')
        disk?.protect(log)
        const { arrivedBy, answer } = await endsCapture(recorder, winner)
        assert.equal((await answer).status, 503)
        assert.equal((await answer).body.code, 'STORAGE_UNAVAILABLE')
        assert.equal((await recorder.api('POST', '/recordings/current/pause')).status, 503)
        assert.equal((await recorder.api('GET', '/application')).body.storage.log, 'readOnly')
        disk?.unprotect(log)
        await assertRecovered(recorder, {
          recording,
          tags: ['before'],
          reason: 'interrupted',
          arrivedBy,
        })
      },
    )

    test.unless(
      noDisk,
      `a ${winner} while only the disk of the media hangs is in the log at once`,
      async () => {
        const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
        mkdirSync(join(home, 'recordings'), { mode: 0o700 })
        const recorder = await startOn(createFaultDisk(join(home, 'recordings')), { home })
        const recording = await start(recorder)
        disk?.freeze()
        const { arrivedBy, answer } = await endsCapture(recorder, winner)
        assert.equal((await answer).status, 503, 'its files cannot be finished in time')
        assert.equal((await current(recorder)).state, winner === 'pause' ? 'Paused' : 'WrapUp')
        disk?.thaw()
        const events = await eventually('the files are finished', async () => {
          const all = await eventsOf(recorder, recording.id)
          return ofType(all, 'segment.closed').length === 3 && all
        })
        assertNothingLater(events, arrivedBy)
        await assertFilesAreAsLogged(home, events)
      },
    )
  }

  test.unless(
    noDisk,
    'a log that cannot be written ends capture, though nobody asked for it',
    async () => {
      const recorder = await startOn(createFaultDisk())
      const recording = await start(recorder, { tags: { before: 1 } })
      const log = join(recorder.home, 'log')
      disk?.protect(log)
      const refused = await recorder.api('POST', '/recordings/current/tags', { tags: { later: 1 } })
      const refusedBy = Date.now()
      assert.equal(refused.status, 503)
      await eventually('capture ends', () => recorder.captures().length === 0, END_MS)
      disk?.unprotect(log)
      await assertRecovered(recorder, {
        recording,
        tags: ['before'],
        reason: 'interrupted',
        arrivedBy: refusedBy,
      })
    },
  )

  test.unless(
    noDisk,
    'a stop while the disk hangs under a start leaves nothing recording, then or later',
    async () => {
      const recorder = await startOn(createFaultDisk())
      disk?.freeze()
      const started = recorder.api('POST', '/recordings', {})
      const stopped = recorder.api('POST', '/recordings/current/stop')
      assert.equal((await started).status, 503)
      assert.ok([404, 503].includes((await stopped).status))
      assert.equal(recorder.captures().length, 0)
      disk?.thaw()
      await eventually('commands are taken again', async () => {
        return (await recorder.api('POST', '/recordings', { media: ['mic'] })).status === 201
      })
      const events = await wholeLog(recorder, ({ type }) => type === 'recording.started')
      assert.deepEqual(
        ofType(events, 'segment.opened').map(({ data }) => data.medium),
        ['mic'],
        'only what was asked for again',
      )
    },
  )

  test.unless(
    noDisk,
    'a start whose files cannot be written fails and leaves nothing',
    async () => {
      const recorder = await startOn(createFaultDisk())
      const recordings = join(recorder.home, 'recordings')
      disk?.protect(recordings)
      const refused = await recorder.api('POST', '/recordings', {})
      assert.equal(refused.status, 503)
      assert.equal(refused.body.code, 'STORAGE_UNAVAILABLE')
      assert.equal(recorder.captures().length, 0)
      assert.equal((await recorder.api('GET', '/recordings/current')).status, 404)
      assert.equal((await recorder.api('GET', '/application')).body.state, 'Idle')
      disk?.unprotect(recordings)
      await start(recorder)
    },
  )
})
