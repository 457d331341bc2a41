import assert from 'node:assert/strict'
import type { TagValue } from '../../../src/contract/commands.ts'
import { segmentRange } from '../../../src/store/database/keys.ts'
import { LogReader } from '../../../src/store/log-reader.ts'
import type { OpenedLog } from '../../../src/store/opened-log.ts'
import type { EventLog, RecordingQuery } from '../../../src/store/port.ts'
import { suite } from '../../support/suite.ts'
import { at, History } from '../support/history.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'

const MINUTE = 60_000

/** A recording that began `minute` minutes into the morning, closed unless told otherwise. */
async function record(
  log: EventLog,
  minute: number,
  tags: Record<string, TagValue> = {},
  until: 'Active' | 'WrapUp' | 'Closed' = 'Closed',
  id = `recording-${String(minute).padStart(4, '0')}`,
): Promise<History> {
  const history = new History(id, minute * MINUTE)
  const events = [history.starting(), history.started(10)]
  if (Object.keys(tags).length > 0) events.push(history.tagged(20, tags))
  if (until !== 'Active') events.push(history.wrapUp(1000))
  if (until === 'Closed') events.push(history.closed(2000))
  await log.append({ events }).committed
  return history
}

async function ids(log: EventLog, query: Partial<RecordingQuery> = {}): Promise<string[]> {
  return (await log.recordings({ limit: 100, ...query })).items.map(({ id }) => id)
}

const minutes = (...wanted: number[]) =>
  wanted.map((minute) => `recording-${String(minute).padStart(4, '0')}`)

const inLog = (body: (log: EventLog) => Promise<void>) => () =>
  withFolder((folder) => withLog(folder, body))

suite('the list of recordings', (test) => {
  test(
    'is newest first, and by id within the same instant',
    inLog(async (log) => {
      await record(log, 2)
      await record(log, 1, {}, 'Closed', 'recording-b')
      await record(log, 3, {}, 'Active')
      await record(log, 1, {}, 'Closed', 'recording-a')
      assert.deepEqual(await ids(log), [
        'recording-0003',
        'recording-0002',
        'recording-b',
        'recording-a',
      ])
    }),
  )

  test(
    'has correct pages when recordings are added meanwhile',
    inLog(async (log) => {
      for (const minute of [1, 2, 3, 4, 5]) await record(log, minute)
      const first = await log.recordings({ limit: 2 })
      await record(log, 6, {}, 'Active')
      const second = await log.recordings({ limit: 2, cursor: first.cursor! })
      const third = await log.recordings({ limit: 2, cursor: second.cursor! })
      assert.deepEqual(
        [first, second, third].map(({ items }) => items.map(({ id }) => id)),
        [minutes(5, 4), minutes(3, 2), minutes(1)],
      )
      assert.equal(third.cursor, null)
      assert.equal(
        (await log.recordings({ limit: 6 })).cursor,
        null,
        'a page that is exactly full is the last',
      )
    }),
  )

  test(
    'can be filtered by state, for open and closed recordings',
    inLog(async (log) => {
      await record(log, 1)
      await record(log, 2, {}, 'WrapUp')
      await record(log, 3, {}, 'Active')
      assert.deepEqual(await ids(log, { state: 'Closed' }), minutes(1))
      assert.deepEqual(await ids(log, { state: 'WrapUp' }), minutes(2))
      assert.deepEqual(await ids(log, { state: 'Active' }), minutes(3))
      assert.deepEqual(await ids(log, { state: 'Paused' }), [])
    }),
  )

  test(
    'can be filtered by time: from included, to excluded, in any zone',
    inLog(async (log) => {
      for (const minute of [1, 2, 3, 4])
        await record(log, minute, {}, minute === 3 ? 'Active' : 'Closed')
      assert.deepEqual(await ids(log, { from: at(2 * MINUTE), to: at(4 * MINUTE) }), minutes(3, 2))
      assert.deepEqual(
        await ids(log, { from: '2026-01-05T11:02:00+02:00', to: '2026-01-05T09:04:00Z' }),
        minutes(3, 2),
      )
      assert.deepEqual(await ids(log, { state: 'Active', to: at(3 * MINUTE) }), [])
      const { cursor } = await log.recordings({ limit: 1, to: at(4 * MINUTE) })
      assert.deepEqual(
        await ids(log, { cursor: cursor!, from: at(2 * MINUTE), to: at(4 * MINUTE) }),
        minutes(2),
      )
    }),
  )

  test(
    'refuses a cursor that it has not issued, and invalid times',
    inLog(async (log) => {
      await record(log, 1)
      for (const cursor of [
        '',
        'x',
        'AAAA',
        Buffer.from('2026').toString('base64url'),
        '../../etc',
      ])
        await refusal('INVALID_REQUEST', () => log.recordings({ limit: 1, cursor }))
      await refusal('INVALID_REQUEST', () => log.recordings({ limit: 1, from: 'yesterday' }))
    }),
  )
})

suite('recordings by their tags', (test) => {
  test(
    'match the type of the value too',
    inLog(async (log) => {
      await record(log, 1, { customer: 1 })
      await record(log, 2, { customer: '1' })
      await record(log, 3, { customer: true })
      await record(log, 4, { customer: 'true' })
      assert.deepEqual(await ids(log, { tags: { customer: 1 } }), minutes(1))
      assert.deepEqual(await ids(log, { tags: { customer: '1' } }), minutes(2))
      assert.deepEqual(await ids(log, { tags: { customer: true } }), minutes(3))
      assert.deepEqual(await ids(log, { tags: { Customer: 1 } }), [])
    }),
  )

  test(
    'match the current value only',
    inLog(async (log) => {
      const history = await record(log, 1, { customer: 'A', branch: 5 }, 'Active')
      await log.append({ events: [history.tagged(30, { customer: 'B' })] }).committed
      assert.deepEqual(await ids(log, { tags: { customer: 'A' } }), [])
      assert.deepEqual(await ids(log, { tags: { customer: 'B' } }), minutes(1))
      await log.append({
        events: [history.tagged(40, { customer: 'C' }), history.tagged(41, { customer: 'A' })],
      }).committed
      assert.deepEqual(await ids(log, { tags: { customer: 'A', branch: 5 } }), minutes(1))
      assert.deepEqual(await ids(log, { tags: { customer: 'C' } }), [])
    }),
  )

  test(
    'match all of several tags, page by page, rare and common ones',
    inLog(async (log) => {
      for (let minute = 0; minute < 120; minute++) {
        const tags = {
          branch: 5,
          day: minute % 2,
          third: minute % 3 === 0,
          ...(minute === 77 ? { rare: 'x' } : {}),
        }
        await record(log, minute, tags)
      }
      const wanted = Array.from({ length: 120 }, (_, i) => 119 - i).filter(
        (i) => i % 2 === 1 && i % 3 === 0,
      )
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await log.recordings({
          tags: { branch: 5, day: 1, third: true },
          limit: 7,
          ...(cursor ? { cursor } : {}),
        })
        found.push(...page.items.map(({ id }) => id))
        cursor = page.cursor ?? undefined
      } while (cursor !== undefined)
      assert.deepEqual(found, minutes(...wanted))
      assert.deepEqual(await ids(log, { tags: { branch: 5, rare: 'x', day: 1 } }), minutes(77))
      assert.deepEqual(await ids(log, { tags: { branch: 5, rare: 'x', day: 0 } }), [])
      assert.deepEqual(
        await ids(log, { tags: { branch: 5, day: 1 }, from: at(116 * MINUTE) }),
        minutes(119, 117),
      )
    }),
  )

  test(
    'may contain any text of any length',
    inLog(async (log) => {
      const odd = { path: 'a/b/0~', long: 'ß'.repeat(4096), empty: '', zero: 0, part: 0.1 }
      await record(log, 1, odd)
      await record(log, 2, { ...odd, long: `${odd.long.slice(1)}s` })
      assert.deepEqual(await ids(log, { tags: odd }), minutes(1))
    }),
  )
})

suite('the segments of a recording', (test) => {
  test(
    'are listed by medium and number, page by page, without discarded ones',
    inLog(async (log) => {
      const history = await record(log, 1, {}, 'Active')
      await log.append({
        events: [
          history.segmentClosed(100, 2, 50, 90, 'mic'),
          history.segmentClosed(100, 1, 0, 90, 'screen'),
          history.segmentClosed(100, 1, 0, 40, 'mic'),
          history.segmentClosed(100, 10, 91, 95, 'mic'),
          history.segmentClosed(100, 3, 91, 95, 'speaker'),
          history.event(100, 'segment.discarded', { medium: 'speaker', number: 3 }),
        ],
      }).committed
      const listed: string[] = []
      let cursor: string | null | undefined
      do {
        const page = await log.segments(history.id, { limit: 2, ...(cursor ? { cursor } : {}) })
        listed.push(...page.items.map(({ medium, number }) => `${medium} ${number}`))
        cursor = page.cursor
      } while (cursor !== null)
      assert.deepEqual(listed, ['mic 1', 'mic 2', 'mic 10', 'screen 1'])
      assert.equal((await log.segment(history.id, 'mic', 2))?.durationMs, 40)
      assert.equal(await log.segment(history.id, 'mic', 3), undefined)
      assert.equal(await log.segment(history.id, 'smell', 1), undefined)
      await refusal('INVALID_REQUEST', () => log.segments(history.id, { limit: 2, cursor: 'x' }))
    }),
  )

  test('are listed once each when the index is damaged between two pages', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      await withLog(folder, async (log) => {
        await log.append({ events: [history.starting(), history.started(10)] }).committed
        const numbers = [1, 2, 3, 4, 5]
        const events = numbers.map((n) => history.segmentClosed(100, n, n * 10, n * 10 + 9, 'mic'))
        await log.append({ events }).committed
      })
      await withDatabase(folder, async (db) => {
        const source = { db, head: { position: 7, hash: '' } } as OpenedLog
        const reader = new LogReader(
          () => source,
          () => {},
        )
        const listed: number[] = []
        let page = await reader.segments(history.id, { limit: 2 })
        const { gte, lt } = segmentRange(history.id)
        for (const key of await db.keys({ gte, lt }).all()) await db.put(key, '1')
        for (;;) {
          assert.ok(page.items.length <= 2)
          listed.push(...page.items.map(({ number }) => number))
          if (page.cursor === null) break
          page = await reader.segments(history.id, { limit: 2, cursor: page.cursor })
        }
        assert.deepEqual(listed, [1, 2, 3, 4, 5])
      })
    }))
})
