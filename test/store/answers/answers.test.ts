import assert from 'node:assert/strict'
import type { EventLog } from '../../../src/store/port.ts'
import { eventually, suite } from '../../support/suite.ts'
import { daemonStarted } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

const HOUR = 60 * 60 * 1_000

function keep(
  log: EventLog,
  client: string,
  key: string,
  body: unknown,
  fingerprint = 'f',
): Promise<void> {
  const answers = [
    { idempotency: { client, key, fingerprint }, render: () => ({ status: 200, body }) },
  ]
  return log.append({ events: [daemonStarted()], answers }).committed
}

/** Keys of kept answers in the database. */
const stored = (folder: string) =>
  withDatabase(folder, async (db) =>
    (await db.keys().all()).filter((key) => key.startsWith('answer/') || key.startsWith('expiry/')),
  )

suite('answers kept for retransmissions', (test) => {
  test('are found by client and key once they are durable', () =>
    withFolder((folder) =>
      withLog(folder, async (log) => {
        const kept = keep(log, 'crm', 'key-1', { id: 1 })
        assert.equal(log.hasAnswer({ client: 'crm', key: 'key-1' }), false)
        await kept
        assert.ok(log.hasAnswer({ client: 'crm', key: 'key-1' }))
        const expected = { fingerprint: 'f', answer: { status: 200, body: { id: 1 } } }
        assert.deepEqual(await log.answer({ client: 'crm', key: 'key-1' }), expected)
        for (const other of [
          { client: 'crm', key: 'key-2' },
          { client: 'CRM', key: 'key-1' },
          { client: 'crm/key-1', key: '' },
        ]) {
          assert.equal(await log.answer(other), undefined)
          assert.equal(log.hasAnswer(other), false)
        }
      }),
    ))

  test('are not kept without an idempotency key', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        const answers = [{ idempotency: undefined, render: () => ({ status: 200, body: 1 }) }]
        const appended = log.append({ events: [daemonStarted()], answers })
        assert.deepEqual(appended.answers, [{ status: 200, body: 1 }])
        await appended.committed
      })
      assert.deepEqual(await stored(folder), [])
    }))

  test('survive a restart and last exactly 24 h of a running recorder', () =>
    withFolder(async (folder) => {
      let time = 5_000
      const monotonic = () => time
      const key = { client: 'crm', key: 'key-1' }
      await withLog(folder, (log) => keep(log, 'crm', 'key-1', 'first'), { monotonic })
      time = 0
      await withLog(
        folder,
        async (log) => {
          time = 24 * HOUR - 1
          assert.equal((await log.answer(key))?.answer.body, 'first')
          time = 24 * HOUR
          assert.equal(await log.answer(key), undefined)
          assert.equal(log.hasAnswer(key), false)
          await keep(log, 'crm', 'key-1', 'second')
          assert.equal((await log.answer(key))?.answer.body, 'second')
        },
        { monotonic },
      )
    }))

  test('are not forgotten by a start with a wrong clock', () =>
    withFolder(async (folder) => {
      const key = { client: 'crm', key: 'key-1' }
      await withLog(folder, (log) => keep(log, 'crm', 'key-1', 'first'))
      const { now } = Date
      try {
        for (const days of [30, -30]) {
          Date.now = () => now() + days * 24 * HOUR
          await withLog(folder, (log) => keep(log, 'crm', `another ${days}`, days))
        }
      } finally {
        Date.now = now
      }
      await withLog(folder, async (log) => {
        assert.ok(log.hasAnswer(key))
        assert.equal((await log.answer(key))?.answer.body, 'first')
      })
    }))

  test('are removed when they are too old; newer ones stay', () =>
    withFolder(async (folder) => {
      let time = 0
      const monotonic = () => time
      const open = (body: (log: EventLog) => Promise<void>) => withLog(folder, body, { monotonic })
      await open(async (log) => {
        await Promise.all(Array.from({ length: 1_200 }, (_, i) => keep(log, 'crm', `old-${i}`, i)))
        time = 1
        await keep(log, 'crm', 'young', 'a millisecond younger')
        time = 23 * HOUR
        await keep(log, 'crm', 'old-7', 'again')
        time = 24 * HOUR
        await keep(log, 'crm', 'new', 'now')
      })
      time = 0
      await eventually('the old answers are gone', async () => {
        await open(async () => undefined)
        return (await stored(folder)).length === 6
      })
      await open(async (log) => {
        assert.equal((await log.answer({ client: 'crm', key: 'old-7' }))?.answer.body, 'again')
        assert.equal(
          (await log.answer({ client: 'crm', key: 'young' }))?.answer.body,
          'a millisecond younger',
        )
        assert.equal(log.position, 1_203)
      })
    }))
})
