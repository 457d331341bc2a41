import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Level } from 'level'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { openingProblem } from '../../../src/store/opening/opening-problem.ts'
import { UnknownLayoutError } from '../../../src/store/opening/unknown-layout-error.ts'
import { suite } from '../../support/suite.ts'
import { daemonStarted, History } from '../support/history.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'

type Db = Level<string, string>

const key = (position: number) => `event/${String(position).padStart(16, '0')}`

/** A log of 300 events, of three in each batch. */
async function write(folder: string): Promise<void> {
  await withLog(folder, async (log) => {
    const history = new History('recording-1')
    await log.append({
      events: [history.starting(), history.started(), history.tagged(0, { n: 0 })],
    }).committed
    for (let i = 1; i < 100; i++)
      await log.append({ events: history.tagCommand(i, { n: i }) }).committed
  })
}

/**
 * Opens a damaged log and returns its message; fails when it does not, or when that changes
 * an event.
 */
async function openingError(folder: string): Promise<string> {
  const events = () =>
    withDatabase(folder, (db) => db.iterator({ gte: 'event/', lt: 'event0' }).all())
  const before = await events()
  const error = await refusal('STORAGE_UNAVAILABLE', () =>
    openEventLog({ keys: TEST_KEYS, folder }),
  )
  assert.deepEqual(await events(), before, 'opening has changed the log')
  return error.message
}

function damaged(
  how: string,
  damage: (db: Db) => Promise<void>,
  expected: RegExp,
  notWitness = true,
) {
  return [
    how,
    () =>
      withFolder(async (folder) => {
        await write(folder)
        await withDatabase(folder, damage)
        if (notWitness) rmSync(`${folder}.head`)
        assert.match(await openingError(folder), expected)
      }),
  ] as const
}

/** The write-ahead log of LevelDB; the fixture is too small to have been moved to a table. */
function writeAheadLog(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'))
  assert.equal(names.length, 1)
  return join(folder, names[0]!)
}

suite('damage to the log', (test) => {
  const flip = (position: number) => async (db: Db) => {
    const value = (await db.get(key(position))) as string
    await db.put(key(position), value.replace('2026', '2027'))
  }
  test(
    ...damaged(
      'a changed event is detected',
      flip(150),
      /event 150 is not the one to which event 151 is chained/,
    ),
  )
  test(
    ...damaged(
      'a changed last event is detected',
      flip(300),
      /event 300 is not the one that was written last/,
    ),
  )
  test(...damaged('a missing event is found', (db) => db.del(key(150)), /event 150 is missing/))
  test(...damaged('a missing first event is found', (db) => db.del(key(1)), /event 1 is missing/))
  test(
    ...damaged(
      'a missing last event is detected',
      (db) => db.del(key(300)),
      /ends at position 299, but event 300 was on disk: 1 event is missing/,
    ),
  )
  test(
    ...damaged(
      'several missing events are counted',
      (db) => db.clear({ gte: key(100), lt: key(110) }),
      /10 events from position 100 on are missing/,
    ),
  )
  test(
    ...damaged(
      'something that is no event is detected',
      (db) => db.put('event/x', 'y'),
      /another entry is in the place of event 301/,
    ),
  )
  test(
    ...damaged(
      'an event that cannot be read is detected',
      (db) => db.put(key(1), `{"prev":"${'0'.repeat(64)}","event":{oops}}`),
      /event 1 cannot be read/,
    ),
  )
  test(
    ...damaged(
      'an event without its data is detected',
      async (db) =>
        db.put(key(3), ((await db.get(key(3))) as string).replace('"data":', '"dat`":')),
      /event 3 cannot be read/,
    ),
  )
  test(
    ...damaged(
      'an event in another’s place is detected',
      async (db) =>
        db.put(key(1), ((await db.get(key(1))) as string).replace('"position":1', '"position":7')),
      /event 1 has the position of another/,
    ),
  )
  test(
    ...damaged(
      'a last event that was taken out with every trace of it is found by the witness',
      async (db) => {
        const value = (await db.get(key(300))) as string
        await db.del(key(300))
        await db.put('meta/head', JSON.stringify({ position: 299, hash: value.slice(9, 73) }))
      },
      /ends at position 299, but event 300 was on disk: 1 event is missing/,
      false,
    ),
  )
  test(
    ...damaged(
      'a last event that was replaced with every trace of it is found by the witness',
      async (db) => {
        await flip(300)(db)
        await db.del('meta/head')
      },
      /event 300 is not the one that the witness file names/,
      false,
    ),
  )

  test('a flipped bit in the write-ahead log is detected, although LevelDB ignores it', () =>
    withFolder(async (folder) => {
      await write(folder)
      const file = writeAheadLog(folder)
      const bytes = readFileSync(file)
      const middle = Math.floor(bytes.length / 2)
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
      writeFileSync(file, bytes)
      assert.match(await openingError(folder), /events? .*(is|are) missing/)
    }))

  test('a truncated write-ahead log is detected', () =>
    withFolder(async (folder) => {
      await write(folder)
      const file = writeAheadLog(folder)
      truncateSync(file, readFileSync(file).length - 100)
      assert.match(
        await openingError(folder),
        /ends at position 297, but event 300 was on disk: 3 events are missing/,
      )
    }))

  test('a missing write-ahead log is detected', () =>
    withFolder(async (folder) => {
      await write(folder)
      rmSync(writeAheadLog(folder))
      assert.match(
        await openingError(folder),
        /ends at position 0, but event 300 was on disk: 300 events are missing/,
      )
    }))

  test('a missing or unrecognisable folder is never replaced by an empty log', () =>
    withFolder(async (folder) => {
      await write(folder)
      rmSync(join(folder, 'CURRENT'))
      const before = readdirSync(folder).filter((name) => !name.startsWith('LOG'))
      await refusal('STORAGE_UNAVAILABLE', () => openEventLog({ keys: TEST_KEYS, folder }))
      rmSync(`${folder}.head`)
      await refusal('STORAGE_UNAVAILABLE', () => openEventLog({ keys: TEST_KEYS, folder }))
      assert.deepEqual(
        readdirSync(folder).filter((name) => !name.startsWith('LOG')),
        before,
      )
    }))

  test('a log that is missing completely is detected', () =>
    withFolder(async (folder) => {
      await write(folder)
      rmSync(folder, { recursive: true })
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        openEventLog({ keys: TEST_KEYS, folder }),
      )
      assert.match(message, /300 events are missing/)
      assert.equal(existsSync(folder), false)
    }))
})

suite('the witness file', (test) => {
  test('names the last event when the log is closed', () =>
    withFolder(async (folder) => {
      await write(folder)
      const { position, hash } = JSON.parse(readFileSync(`${folder}.head`, 'utf8'))
      assert.equal(position, 300)
      assert.match(hash, /^[0-9a-f]{64}$/)
    }))

  test('is written while the log is open, about a second after a commit', () =>
    withFolder((folder) =>
      withLog(
        folder,
        async (log) => {
          await log.append({ events: [daemonStarted()] }).committed
          const { watch } = await import('node:fs/promises')
          const limit = AbortSignal.timeout(5_000)
          for await (const { filename } of watch(join(folder, '..'), { signal: limit }))
            if (filename === 'witness.json') break
          assert.equal(
            JSON.parse(readFileSync(join(folder, '../witness.json'), 'utf8')).position,
            1,
          )
        },
        { witnessFile: join(folder, '../witness.json') },
      ),
    ))

  test('is an error when it cannot be parsed', () =>
    withFolder(async (folder) => {
      await write(folder)
      for (const content of ['', '{', '{}', '{"position":-1,"hash":"x"}']) {
        writeFileSync(`${folder}.head`, content)
        await refusal('STORAGE_UNAVAILABLE', () => openEventLog({ keys: TEST_KEYS, folder }))
      }
    }))

  test('of a log without a mark is written again when it is missing', () =>
    withFolder(async (folder) => {
      await write(folder)
      rmSync(`${folder}.head`)
      await withLog(folder, async (log) => assert.equal(log.position, 300))
      assert.equal(JSON.parse(readFileSync(`${folder}.head`, 'utf8')).position, 300)
    }))

  test('may lag behind the log', () =>
    withFolder(async (folder) => {
      await write(folder)
      const before = readFileSync(`${folder}.head`)
      await withLog(folder, (log) => log.append({ events: [daemonStarted()] }).committed)
      writeFileSync(`${folder}.head`, before)
      await withLog(folder, async (log) => assert.equal(log.position, 301))
    }))
})

suite('the layout of the folder', (test) => {
  test('of a newer recorder is not touched', () =>
    withFolder(async (folder) => {
      await write(folder)
      await withDatabase(folder, (db) => db.put('meta/schema', '3'))
      assert.match(await openingError(folder), /layout 3/)
      const error = new UnknownLayoutError('3', '2')
      const paths = { logFolder: folder, witnessFile: 'w', recordingsFolder: 'r' }
      const advice = openingProblem(error, { folder, ...paths }) ?? ''
      assert.match(advice, /Install that version of the recorder again/)
      assert.doesNotMatch(advice, /Check the disk|from a backup/)
    }))
})
