import assert from 'node:assert/strict'
import { suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

const PROJECTIONS = { gte: 'view/', lt: 'view0' }

suite('a start that is rolled back', (test) => {
  for (const together of [true, false]) {
    test(`leaves only its events, ${together ? 'in one write' : 'over several writes'}`, () =>
      withFolder(async (folder) => {
        const history = new History('recording-1')
        await withLog(folder, async (log) => {
          const lives = [
            [history.starting(), history.tagged(0, { customer: 7 }), history.trackStarting(0, 1)],
            [
              history.opened(40, 1),
              history.segmentClosed(50, 1, 40, 50),
              history.tagged(51, { customer: 8 }),
            ],
            [
              history.event(60, 'recording.startFailed', {
                code: 'CAPTURE_FAILED',
                detail: 'no data',
              }),
            ],
          ]
          for (const events of lives) {
            const { committed } = log.append({ events })
            if (!together) await committed
          }
          const failed = {
            command: 'recording.start',
            code: 'CAPTURE_FAILED',
            detail: 'no data',
          } as const
          await log.append({ events: [history.event(61, 'command.failed', failed)] }).committed
          assert.deepEqual(log.openRecordings(), [])
          assert.equal(await log.recording('recording-1'), undefined)
          assert.deepEqual((await log.recordings({ tags: { customer: 8 }, limit: 10 })).items, [])
          assert.deepEqual((await log.tagHistory('recording-1')).entries, [])
          assert.deepEqual((await log.segments('recording-1', { limit: 10 })).items, [])
          assert.equal(log.position, 8)
        })
        assert.deepEqual(await withDatabase(folder, (db) => db.keys(PROJECTIONS).all()), [])
        await withLog(folder, async (log) => assert.deepEqual(log.openRecordings(), []))
      }))
  }

  test('appears only among the open recordings until it is confirmed', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      await withLog(folder, async (log) => {
        await log.append({ events: [history.starting(), history.tagged(0, { customer: 7 })] })
          .committed
        assert.equal(log.openRecordings().length, 1)
        assert.equal((await log.recording('recording-1'))?.state, 'Active')
        for (const query of [{}, { state: 'Active' as const }, { tags: { customer: 7 } }])
          assert.deepEqual((await log.recordings({ ...query, limit: 10 })).items, [])
        await log.append({ events: [history.started(50)] }).committed
        for (const query of [{}, { state: 'Active' as const }, { tags: { customer: 7 } }])
          assert.equal((await log.recordings({ ...query, limit: 10 })).items.length, 1)
      })
    }))
})
