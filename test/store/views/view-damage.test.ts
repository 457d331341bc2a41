import assert from 'node:assert/strict'
import type { Level } from 'level'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { LogReader } from '../../../src/store/log-reader.ts'
import { openVerifiedLog } from '../../../src/store/opening/open-verified-log.ts'
import { ValueSeals } from '../../../src/store/sealing/value-seals.ts'
import { suite } from '../../support/suite.ts'
import { everythingOf, recordingsOf, writeLog } from '../support/corruption.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'

type Db = Level<string, string>

const ID = 'recording-0000'
const VIEWS = { gte: 'view/', lt: 'view0' }

const keysOf = (db: Db, prefix: string) => db.keys({ gte: prefix, lt: `${prefix}~` }).all()

async function edit(db: Db, key: string, change: (value: string) => string): Promise<void> {
  const value = await db.get(key)
  assert.ok(value !== undefined, `there is no ${key}`)
  await db.put(key, change(value))
}

async function remove(db: Db, prefix: string): Promise<void> {
  const [key] = await keysOf(db, prefix)
  assert.ok(key !== undefined, `there is no ${prefix}`)
  await db.del(key)
}

/** Changes a sealed value. */
function editSealed(value: string): string {
  return value.replace(/("\$sealed":")(.)/, (_, before, first) =>
    first === 'A' ? `${before}B` : `${before}A`,
  )
}

/**
 * Damages that a fault or a person can do to stored views, and the recording that is then named.
 */
const DAMAGES: [what: string, damage: (db: Db) => Promise<unknown>, named: string][] = [
  ['a tag is edited', (db) => edit(db, `view/recording/${ID}`, editSealed), ID],
  ['a recording is hidden from the list', (db) => remove(db, 'view/list/'), ID],
  [
    'a recording is hidden from a search by its client',
    async (db) => {
      const [key] = await keysOf(db, 'view/list/')
      await edit(db, key as string, (value) => value.replace('crm', 'map'))
    },
    ID,
  ],
  ['a recording is gone', (db) => db.del(`view/recording/${ID}`), ID],
  [
    'a recording is hidden from a search',
    (db) => db.clear({ gte: 'view/tag/', lt: 'view/tag0' }),
    ID,
  ],
  [
    'a segment points to another',
    (db) => edit(db, `view/segment/${ID}/0/000000001`, () => '61'),
    ID,
  ],
  ['a segment is hidden', (db) => remove(db, `view/segment/${ID}/`), ID],
  ['a tag of the past is hidden', (db) => remove(db, `view/tags/${ID}/`), ID],
  ['an event is hidden', (db) => remove(db, `view/event/${ID}/`), ID],
  [
    'a recording is invented',
    (db) => db.put('view/list/2026-01-05T09:00:00.000Z/recording-x', ''),
    'recording-x',
  ],
  ['an entry makes no sense', (db) => db.put('view/nonsense', 'x'), ''],
]

/** Views that show themselves to be damaged as soon as they are read. */
const OBVIOUS = new Set(['a tag is edited', 'a segment points to another'])

suite('stored views', (test) => {
  for (const [what, damage, named] of DAMAGES)
    test(`are made again at the opening when ${what}`, () =>
      withFolder(async (folder) => {
        await writeLog(folder, 4)
        const before = await withDatabase(folder, (db) => db.iterator(VIEWS).all())
        const truth = await withLog(folder, everythingOf)
        await withDatabase(folder, damage)
        await withLog(folder, async (log) => {
          assert.ok(log.rebuiltViews?.recordings.includes(named), JSON.stringify(log.rebuiltViews))
          assert.deepEqual(await everythingOf(log), truth)
        })
        await withDatabase(folder, async (db) =>
          assert.deepEqual(await db.iterator(VIEWS).all(), before),
        )
        await withLog(folder, async (log) => assert.equal(log.rebuiltViews, undefined))
      }))

  for (const [what, damage] of DAMAGES.filter(([what]) => OBVIOUS.has(what)))
    test(`are not believed while the recorder runs when ${what}`, () =>
      withFolder(async (folder) => {
        await writeLog(folder, 4)
        await withReader(folder, async (reader, db, problems) => {
          const truth = await recordingsOf(reader)
          await damage(db)
          assert.deepEqual(await recordingsOf(reader), truth)
          assert.match(String(problems[0]), /has changed on disk/)
        })
      }))

  test('an event that changes while the recorder runs is not served', () =>
    withFolder(async (folder) => {
      await writeLog(folder, 4)
      await withReader(folder, async (reader, db) => {
        await edit(db, 'event/0000000000000008', editSealed)
        const read = () => reader.events({ after: 0, limit: 20 })
        const { message } = await refusal('STORAGE_UNAVAILABLE', read)
        assert.match(message, /^Event 8 has changed on disk/)
        await refusal('STORAGE_UNAVAILABLE', () => reader.tagHistory(ID))
        assert.equal((await reader.events({ after: 8, limit: 20 })).length, 20)
      })
    }))

  test('a kept answer that has changed is refused, and its command does not run again', () =>
    withFolder(async (folder) => {
      await writeLog(folder, 4)
      const key = { client: 'crm', key: 'key-0' }
      await withDatabase(folder, async (db) => {
        for (const answer of await keysOf(db, 'answer/')) await edit(db, answer, editSealed)
        await db.clear({ gte: 'expiry/', lt: 'expiry0' })
      })
      await withLog(folder, async (log) => {
        assert.ok(log.hasAnswer(key))
        const { message } = await refusal('STORAGE_UNAVAILABLE', () => log.answer(key))
        assert.match(message, /was carried out/)
      })
    }))
})

/** Opens a log without its writer, so that its database can be damaged behind the reader's back. */
async function withReader(
  folder: string,
  body: (reader: LogReader, db: Db, problems: Error[]) => Promise<void>,
): Promise<void> {
  const problems: Error[] = []
  const witnessFile = `${folder}.head`
  const log = await openVerifiedLog({
    ...{ folder, witnessFile, onProgress() {}, onProblem() {} },
    seals: new ValueSeals(TEST_KEYS),
  })
  try {
    await body(
      new LogReader(
        () => log,
        (problem) => problems.push(problem),
      ),
      log.db as Db,
      problems,
    )
  } finally {
    await log.db.close()
  }
}
