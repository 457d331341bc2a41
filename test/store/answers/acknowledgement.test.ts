import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { suite } from '../../support/suite.ts'
import { daemonStarted } from '../support/history.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'

const failure = () => new RecorderError('STORAGE_UNAVAILABLE', 'Too slow, on purpose.')
const key = (name: string) => ({ client: 'crm', key: name, fingerprint: 'f' })

function append(log: EventLog, name?: string, voidUnacknowledged?: 'all' | 'claimingMedia') {
  const answers =
    name === undefined
      ? []
      : [
          {
            idempotency: key(name),
            claimsMedia: true,
            render: () => ({ status: 200, body: name }),
          },
        ]
  return log.append({ events: [daemonStarted()], answers, voidUnacknowledged })
}

suite('a log that its user has given up', (test) => {
  test('never writes what was waiting, and rejects what was being written', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        await append(log, 'first').committed
        const writing = append(log, 'writing')
        // Its write begins in the next turn, and takes longer than that.
        await new Promise(setImmediate)
        const waiting = append(log, 'waiting')
        log.fail(failure())
        await refusal('STORAGE_UNAVAILABLE', () => writing.committed)
        await refusal('STORAGE_UNAVAILABLE', () => waiting.committed)
        await refusal('STORAGE_UNAVAILABLE', () => append(log))
        assert.equal(log.status, 'readOnly')
        assert.equal(log.position, 1)
        assert.equal(log.hasAnswer(key('writing')), false)
        await log.reopen()
        assert.equal(log.hasAnswer(key('waiting')), false)
        assert.equal(log.position, log.hasAnswer(key('writing')) ? 2 : 1)
        await append(log).committed
      })
    }))
})

suite('outcomes that clients may not have been told', (test) => {
  const inLastWrite = async (folder: string, acknowledge: 'in time' | 'not at all') => {
    await withLog(folder, async (log) => {
      await append(log, 'earlier').committed
      await append(log, 'last').committed
      if (acknowledge === 'in time') await log.acknowledge(2)
    })
  }

  test('are those of the last write, unless they were acknowledged', () =>
    withFolder(async (folder) => {
      await inLastWrite(folder, 'not at all')
      await withLog(folder, async (log) => {
        assert.equal(log.acknowledged, 1)
        await append(log, undefined, 'claimingMedia').committed
        assert.equal(log.hasAnswer(key('last')), false)
        assert.equal(await log.answer(key('last')), undefined)
        assert.equal((await log.answer(key('earlier')))?.answer.body, 'earlier')
      })
      await withLog(folder, async (log) => {
        assert.equal(log.hasAnswer(key('last')), false)
        assert.ok(log.hasAnswer(key('earlier')))
      })
      const left = await withDatabase(folder, async (db) =>
        (await db.keys().all()).filter((name) => /^(answer|expiry)\//.test(name)),
      )
      assert.equal(left.length, 2)
    }))

  test('are none after an acknowledgement, also in the next process', () =>
    withFolder(async (folder) => {
      await inLastWrite(folder, 'in time')
      await withLog(folder, async (log) => {
        assert.equal(log.acknowledged, 2)
        await append(log, undefined, 'claimingMedia').committed
        assert.ok(log.hasAnswer(key('last')))
      })
    }))

  test('stay known over an opening that wrote nothing', () =>
    withFolder(async (folder) => {
      await inLastWrite(folder, 'not at all')
      await withLog(folder, async () => {})
      await withLog(folder, async (log) => assert.equal(log.acknowledged, 1))
    }))

  test('are forgotten for a log that an older recorder went on with', () =>
    withFolder(async (folder) => {
      await inLastWrite(folder, 'not at all')
      await withDatabase(folder, (db) => db.del('meta/lastWrite'))
      await withLog(folder, async (log) => assert.equal(log.acknowledged, 2))
    }))
})
