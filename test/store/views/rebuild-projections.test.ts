import assert from 'node:assert/strict'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import type { TagEntry } from '../../../src/contract/views.ts'
import { ValueSeals } from '../../../src/store/sealing/value-seals.ts'
import { rebuildProjections } from '../../../src/store/views/rebuild-projections.ts'
import { suite } from '../../support/suite.ts'
import { at, daemonStarted, History } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

const PROJECTIONS = { gte: 'view/', lt: 'view0' }

const dump = (folder: string) => withDatabase(folder, (db) => db.iterator(PROJECTIONS).all())

/**
 * A log with recordings in every state, rolled-back ones, many tags, late segments: over 2,000
 * events.
 */
async function write(folder: string): Promise<number> {
  return withLog(folder, async (log) => {
    const refused = { command: 'recording.close', code: 'RECORDING_CLOSED', detail: '' } as const
    const closed = new History('recording-closed')
    log.append({
      events: [
        daemonStarted(),
        closed.starting(0, ['mic', 'screen']),
        closed.started(),
        closed.trackStarting(0, 1),
      ],
    })
    log.append({ events: [closed.opened(50, 1, 40), closed.track(50, 'track.started', 1)] })
    for (let i = 0; i < 600; i++) {
      const { committed } = log.append({
        events: closed.tagCommand(i, { customer: i, [`tag${i % 50}`]: true }),
      })
      if (i % 90 === 0) await committed
    }
    log.append({
      events: [
        closed.pausing(900, 1),
        closed.paused(905),
        closed.wrapUp(1000),
        closed.closed(2000),
      ],
    })
    await log.append({ events: [closed.segmentClosed(2500, 1, 40, 900)] }).committed
    const failed = new History('recording-failed')
    await log.append({ events: [failed.starting(), failed.tagged(1, { customer: 1 })] }).committed
    const why = { code: 'CAPTURE_FAILED', detail: '' } as const
    log.append({ events: [failed.event(5, 'recording.startFailed', why)] })
    const live = new History('recording-live', 60_000)
    log.append({ events: [live.starting(), live.started(), live.tagged(1, { customer: 599 })] })
    log.append({ events: [closed.event(3000, 'command.refused', refused)] })
    const lost = { code: 'DEVICE_UNAVAILABLE', detail: 'gone', reason: 'deviceLost' } as const
    const recovering = { medium: 'mic', segment: 2, giveUpAt: at(9000), ...lost } as const
    await log.append({
      events: [live.trackStarting(2, 1), live.event(9, 'track.recovering', recovering)],
    }).committed
    return log.position
  })
}

suite('projections', (test) => {
  test('the opening says when the log is locked, then how far verifying and rebuilding are', () =>
    withFolder(async (folder) => {
      const position = await write(folder)
      await withDatabase(folder, (db) => db.del('meta/projections'))
      const steps: string[] = []
      await withLog(folder, async () => {}, {
        async onLocked() {
          steps.push('locked')
        },
        onProgress: ({ task, done, total }) => steps.push(`${task} ${done} of ${total}`),
      })
      assert.equal(steps[0], 'locked')
      assert.equal(steps[1], `verifying 200 of ${position}`)
      assert.ok(steps.includes(`rebuilding 1000 of ${position}`))
      assert.equal(steps.at(-1), `rebuilding ${position} of ${position}`)
    }))

  test('are the same after a rebuild from the events', () =>
    withFolder(async (folder) => {
      const position = await write(folder)
      assert.ok(position > 1_800)
      const before = await dump(folder)
      assert.ok(before.length > 600)
      await withDatabase(folder, async (db) => {
        await db.clear(PROJECTIONS)
        const seals = new ValueSeals(TEST_KEYS)
        const nameTag = (id: string, tag: TagEntry) => seals.nameTag(id, tag)
        await rebuildProjections(db, position, { nameTag, isComplete: true })
      })
      assert.deepEqual(await dump(folder), before)
    }))

  for (const [what, mark] of [
    ['lag behind', '{"version":1,"position":7}'],
    ['are of another version', '{"version":0,"position":1821}'],
    ['have no mark', undefined],
  ] as const)
    test(`are rebuilt on opening when they ${what}`, () =>
      withFolder(async (folder) => {
        await write(folder)
        const before = await dump(folder)
        await withDatabase(folder, async (db) => {
          await db.clear({ ...PROJECTIONS, limit: 300 })
          await db.put('view/list/nonsense', 'x')
          if (mark === undefined) await db.del('meta/projections')
          else await db.put('meta/projections', mark)
        })
        await withLog(folder, async (log) => {
          assert.deepEqual(
            log.openRecordings().map(({ id }) => id),
            ['recording-live'],
          )
          assert.equal((await log.tagHistory('recording-closed')).entries.length, 1_200)
        })
        assert.deepEqual(await dump(folder), before)
      }))

  for (const [what, value] of [
    ['is missing', undefined],
    ['is not JSON', '{"first":'],
  ] as const)
    test(`are rebuilt on opening when that of a recording under way ${what}`, () =>
      withFolder(async (folder) => {
        await write(folder)
        const before = await dump(folder)
        await withDatabase(folder, (db) =>
          value === undefined
            ? db.del('view/recording/recording-live')
            : db.put('view/recording/recording-live', value),
        )
        await withLog(folder, async (log) => assert.equal(log.openRecordings().length, 1))
        assert.deepEqual(await dump(folder), before)
      }))
})
