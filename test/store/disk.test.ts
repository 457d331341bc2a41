import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TEST_KEYS } from '../../lab/test-keys.ts'
import { openEventLog } from '../../src/store/event-log.ts'
import type { EventLog } from '../../src/store/port.ts'
import { project, type RecordingProjection } from '../../src/store/projection/recording.ts'
import { suite } from '../support/suite.ts'
import { daemonStarted, History } from './support/history.ts'
import { noDisk, noSmallDisk, withDisk, withSmallDisk } from './support/mounts.ts'
import { refusal, withLog } from './support/scratch.ts'

const MB = 1024 * 1024

/** Appends until the log refuses: 20 commands at a time, each with a tag of 2,000 characters. */
async function appendUntilRefused(
  log: EventLog,
  history: History,
): Promise<{ acknowledged: number; refused: unknown[] }> {
  const filler = 'x'.repeat(2_000)
  const refused: unknown[] = []
  let acknowledged = 0
  for (let round = 0; refused.length === 0 && round < 1_000; round++) {
    const appends = Array.from({ length: 20 }, (_, i) => {
      const { events, committed } = log.append({
        events: history.tagCommand(round, { [`tag${i}`]: filler }),
      })
      return committed.then(() => {
        acknowledged = Math.max(acknowledged, events.at(-1)!.position)
      })
    })
    for (const result of await Promise.allSettled(appends))
      if (result.status === 'rejected') refused.push(result.reason)
  }
  return { acknowledged, refused }
}

/** The recording as all its events tell it, folded here and now. */
async function toldByEvents(log: EventLog, id: string) {
  let recording: RecordingProjection | undefined
  for (const event of await log.events({ after: 0, limit: 100_000 }))
    if (event.recordingId === id) recording = project(recording, event)
  return recording?.view
}

suite('a full disk', (test) => {
  test.unless(noSmallDisk, 'ends writing at once and loses nothing that was acknowledged', () =>
    withSmallDisk(16 * MB, async (mount) => {
      const ballast = join(mount, 'ballast')
      const history = new History('recording-1')
      const log = await openEventLog({
        keys: TEST_KEYS,
        folder: join(mount, 'log'),
        onProblem: () => {},
      })
      try {
        await log.append({ events: [history.starting(), history.started()] }).committed
        writeFileSync(ballast, Buffer.alloc(13 * MB))
        const { acknowledged, refused } = await appendUntilRefused(log, history)
        assert.ok(
          acknowledged > 100 && refused.length === 20,
          `${acknowledged} acknowledged, ${refused.length} refused`,
        )
        for (const error of refused) await refusal('STORAGE_FULL', () => Promise.reject(error))

        assert.equal(log.status, 'readOnly')
        await refusal('STORAGE_FULL', () => log.append({ events: [daemonStarted()] }))
        assert.equal(log.position, acknowledged)
        assert.deepEqual(
          await log.recording('recording-1'),
          await toldByEvents(log, 'recording-1'),
          'it can still be read',
        )

        await refusal('STORAGE_FULL', () => log.reopen())
        assert.equal(log.status, 'readOnly')
        assert.equal(
          (await log.events({ after: 0, limit: 100_000 })).length,
          acknowledged,
          'and still be read',
        )

        rmSync(ballast)
        await log.reopen()
        assert.equal(log.status, 'verified')
        assert.ok(log.position >= acknowledged, `${log.position} of ${acknowledged} events`)
        const view = await toldByEvents(log, 'recording-1')
        assert.deepEqual(log.openRecordings(), [view])
        const next = { ...history.tagged(1, { after: true }), version: view!.version + 1 }
        await log.append({ events: [next] }).committed
        assert.equal(log.openRecordings()[0]?.tags.at(-1)?.value, true)
      } finally {
        await log.close()
      }
      await withLog(join(mount, 'log'), async (again) =>
        assert.deepEqual(again.openRecordings(), [await toldByEvents(again, 'recording-1')]),
      )
    }),
  )

  test.unless(noSmallDisk, 'in the way of a new log is said to be one', () =>
    withSmallDisk(64 * 1024, async (mount) => {
      writeFileSync(join(mount, 'ballast'), Buffer.alloc(64 * 1024))
      await refusal('STORAGE_FULL', () =>
        openEventLog({ keys: TEST_KEYS, folder: join(mount, 'log') }),
      )
    }),
  )
})

suite('a power cut', (test) => {
  test.unless(noDisk, 'loses nothing that was acknowledged', () =>
    withDisk(async ({ mount, cutPower, restorePower }) => {
      const folder = join(mount, 'log')
      const history = new History('recording-1')
      const log = await openEventLog({ keys: TEST_KEYS, folder, onProblem: () => {} })
      await log.append({ events: [history.starting(), history.started()] }).committed
      await Promise.all(
        Array.from(
          { length: 50 },
          (_, i) => log.append({ events: history.tagCommand(i, { n: i }) }).committed,
        ),
      )
      cutPower()
      const late = log.append({ events: history.tagCommand(60, { n: 60 }) })
      await refusal('STORAGE_UNAVAILABLE', () => late.committed)
      assert.equal(log.status, 'readOnly')
      await log.close()
      restorePower()
      await withLog(folder, async (again) => {
        assert.equal(again.position, 152)
        assert.equal(again.openRecordings()[0]?.tags[0]?.value, 49)
      })
    }),
  )
})

suite('a disk that hangs', (test) => {
  test.unless(noDisk, 'delays events but loses and reorders none', () =>
    withDisk(({ mount, hang, goOn }) =>
      withLog(join(mount, 'log'), async (log) => {
        const history = new History('recording-1')
        await log.append({ events: [history.starting(), history.started()] }).committed
        const settled: number[] = []
        hang()
        const appends: Promise<unknown>[] = []
        for (let i = 0; i < 5; i++) {
          const { committed } = log.append({ events: history.tagCommand(i, { count: i }) })
          appends.push(committed.then(() => settled.push(i)))
          // The first is being written now, and does not get anywhere; the others build on it all
          // the same.
          await new Promise(setImmediate)
        }
        for (let i = 0; i < 50; i++) {
          assert.equal(
            (await log.events({ after: 0, limit: 10 })).length,
            2,
            'reading goes on, of what is durable',
          )
          assert.deepEqual(log.openRecordings()[0]?.tags, [])
        }
        assert.deepEqual(settled, [])
        assert.equal(log.status, 'verified', 'whether it hangs is for its user to judge')
        goOn()
        await Promise.all(appends)
        assert.deepEqual(settled, [0, 1, 2, 3, 4])
        assert.equal(log.openRecordings()[0]?.tags[0]?.value, 4)
      }),
    ),
  )
})
