import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Level } from 'level'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import type { RecorderError } from '../../../src/contract/errors.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { type EventLog, LogFinding } from '../../../src/store/port.ts'
import {
  decodeState,
  encodeState,
  type StoredState,
} from '../../../src/store/state/stored-state.ts'
import { readLiveTables } from '../../../src/store/table/live-tables.ts'
import { suite } from '../../support/suite.ts'
import { everythingOf, writeLog, writeRecording } from '../support/corruption.ts'
import { at, CRM, daemonStarted, History } from '../support/history.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'
import { nameSigningKey } from '../support/signing.ts'

type Db = Level<string, string>

/** Less than the logs of these tests have. */
const FAST = { verifiedAtOnce: 30 }
const ID = 'recording-0000'
const key = (position: number) => `event/${String(position).padStart(16, '0')}`

/** Writes a log, and stores its state. Resolves with the position of its last event. */
async function write(folder: string): Promise<number> {
  await writeLog(folder, 12)
  // An opening reads the newest events for the index of the auditor, too.
  const filler = Array.from({ length: 1_100 }, () => daemonStarted(3e6))
  await withLog(folder, (log) => log.append({ events: filler }).committed, FAST)
  assert.ok(existsSync(`${folder}.state`))
  return withDatabase(folder, async (db) => JSON.parse((await db.get('meta/head')) ?? '').position)
}

const eventsOf = (folder: string) =>
  withDatabase(folder, (db) => db.iterator({ gte: 'event/', lt: 'event0' }).all())

async function edit(db: Db, at: string, change: (value: string) => string): Promise<void> {
  const value = await db.get(at)
  assert.ok(value !== undefined, `there is no ${at}`)
  assert.notEqual(change(value), value)
  await db.put(at, change(value))
}

/** Opens a log from its state. Resolves with what its verification finds in the background. */
async function findingIn(
  folder: string,
  meanwhile: (log: EventLog) => unknown = () => {},
): Promise<LogFinding> {
  return withLog(
    folder,
    async (log) => {
      assert.equal(log.status, 'verifying')
      await meanwhile(log)
      const finding = await log.verified().then(
        () => assert.fail('nothing was found'),
        (error) => error,
      )
      assert.ok(finding instanceof LogFinding, String(finding))
      return finding
    },
    FAST,
  )
}

/** Changes the stored state of a log, with a checksum that fits. */
function editState(folder: string, change: (state: StoredState) => void): void {
  const state = decodeState(readFileSync(`${folder}.state`, 'utf8')) as StoredState
  change(state)
  writeFileSync(`${folder}.state`, encodeState(state))
}

/** Copies the files of a log, as they are when its process is killed. */
function copyLog(from: string, to: string): void {
  for (const suffix of ['', '.head', '.state'])
    cpSync(`${from}${suffix}`, `${to}${suffix}`, { recursive: true })
}

suite('opening from the stored state', (test) => {
  test('takes events at once, and verifies everything in the background', () =>
    withFolder(async (folder) => {
      const last = await write(folder)
      const truth = await withLog(folder, everythingOf)
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.status, 'verifying')
          assert.equal(log.verification?.total, last)
          assert.deepEqual(await everythingOf(log), truth)
          await writeRecording(log, 50, 'in wrap-up')
          // What is folded from new events must not change what is compared.
          await nameSigningKey(log, TEST_KEYS)
          await log.verified()
          assert.equal(log.status, 'verified')
          assert.equal(log.verification, undefined)
          assert.equal(existsSync(`${folder}.unverified`), false)
        },
        FAST,
      )
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.status, 'verifying')
          assert.ok(log.openRecordings().some(({ id }) => id === 'recording-0050'))
          await log.verified()
        },
        FAST,
      )
    }))

  test('knows tokens, rules, erasures and time as a full opening does', () =>
    withFolder(async (folder) => {
      await writeLog(folder, 12)
      const common = { recordingId: null, version: null, at: at(9e6), by: CRM, commandId: null }
      const token = {
        id: 'token-0001',
        name: 'crm',
        scopes: ['read' as const],
        hash: 'ab'.repeat(32),
      }
      await withLog(folder, async (log) => {
        await log.append({
          events: [
            { ...common, type: 'token.created', data: token },
            { ...common, type: 'token.created', data: { ...token, id: 'token-0002' } },
            { ...common, type: 'token.revoked', data: { id: 'token-0002' } },
            {
              ...{ ...common, type: 'warning.raised' },
              data: {
                code: 'LOG_CONTRADICTED',
                detail: 'A witness knows another.',
                witnesses: ['w+1+k'],
              },
            },
            {
              ...{ ...common, recordingId: ID, version: 100 },
              type: 'recording.erasing',
              data: { cause: 'request', reason: 'asked' },
            },
          ].map((event) => ({ ...event, version: event.recordingId && versionOf(log) })) as never,
        }).committed
      })
      const known = async (log: EventLog) => [
        log.tokens(),
        log.rules(),
        log.unfinishedErasures(),
        log.trustedTime,
        log.contradiction,
        log.lastEventAt,
        log.openRecordings(),
        await log.tagHistory(ID),
      ]
      const truth = await withLog(folder, known, FAST)
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.status, 'verifying')
          assert.deepEqual(await known(log), truth)
          await log.verified()
        },
        FAST,
      )
    }))

  test('after a kill folds what came after the state', () =>
    withFolder(async (folder) => {
      await write(folder)
      const copy = `${folder}-copy`
      const truth = await withLog(
        folder,
        async (log) => {
          await log.verified()
          await writeRecording(log, 60, 'closed')
          await writeRecording(log, 61, 'in wrap-up')
          await log.writeWitness()
          copyLog(folder, copy)
          return everythingOf(log)
        },
        FAST,
      )
      await withLog(
        copy,
        async (log) => {
          assert.equal(log.status, 'verifying')
          assert.deepEqual(await everythingOf(log), truth)
          await log.verified()
        },
        FAST,
      )
    }))

  test('is not tried again when the recorder was killed before all was verified', () =>
    withFolder(async (folder) => {
      await write(folder)
      const copy = `${folder}-copy`
      await withLog(
        folder,
        async (log) => {
          assert.equal(existsSync(`${folder}.state`), false)
          for (const suffix of ['', '.head', '.state.believed'])
            cpSync(`${folder}${suffix}`, `${copy}${suffix}`, { recursive: true })
          await log.verified()
        },
        FAST,
      )
      await withLog(copy, async (log) => assert.equal(log.status, 'verified'), FAST)
    }))

  test('is tried again when it was closed before all was verified', () =>
    withFolder(async (folder) => {
      await write(folder)
      for (let i = 0; i < 2; i++)
        await withLog(
          folder,
          async (log) => {
            assert.equal(log.status, 'verifying')
            await log.append({ events: [daemonStarted(1e7 + i)] }).committed
          },
          FAST,
        )
    }))

  test('stores a state every 10,000 events, and none of a short log', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        for (let i = 0; i < 3; i++)
          await log.append({ events: Array.from({ length: 1_000 }, () => daemonStarted()) })
            .committed
      })
      assert.equal(existsSync(`${folder}.state`), false)
      await withLog(
        folder,
        async (log) => {
          for (let i = 0; i < 8; i++)
            await log.append({ events: Array.from({ length: 1_000 }, () => daemonStarted()) })
              .committed
          const { setTimeout: wait } = await import('node:timers/promises')
          for (let i = 0; i < 200 && !existsSync(`${folder}.state`); i++) await wait(10)
          const state = decodeState(readFileSync(`${folder}.state`, 'utf8'))
          assert.ok((state?.head.position ?? 0) >= 10_000)
        },
        FAST,
      )
    }))
})

/** The next version of the first recording. */
function versionOf(log: EventLog): number {
  return (log.pending(ID)?.version ?? 0) + 1
}

/** Damages of events, and what is said of them. */
const DAMAGES: [what: string, damage: (db: Db) => Promise<unknown>, expected: RegExp][] = [
  [
    'an event is changed',
    (db) => edit(db, key(40), (value) => value.replace('2026', '2027')),
    /event 40 is not the one to which event 41 is chained/,
  ],
  ['an event is cut out', (db) => db.del(key(40)), /event 40 is missing/],
  [
    'the beginning is cut off',
    (db) => db.clear({ gte: 'event/', lt: key(40) }),
    /39 events from position 1 on are missing/,
  ],
  [
    'two events are swapped',
    async (db) => {
      const [one, other] = await db.getMany([key(40), key(41)])
      await db.batch([
        { type: 'put', key: key(40), value: other as string },
        { type: 'put', key: key(41), value: one as string },
      ])
    },
    /event 39 is not the one to which event 40 is chained/,
  ],
]

suite('the verification in the background', (test) => {
  for (const [what, damage, expected] of DAMAGES)
    test(`notices that ${what}, and the log takes no more events`, () =>
      withFolder(async (folder) => {
        await write(folder)
        await withDatabase(folder, damage)
        const before = await eventsOf(folder)
        const finding = await findingIn(folder, async (log) => {
          await log.verified().catch(() => {})
          assert.equal(log.status, 'readOnly')
          const append = () => log.append({ events: [daemonStarted()] })
          assert.match((await refusal('LOG_DAMAGED', append)).message, expected)
          await refusal('LOG_DAMAGED', () => log.reopen())
          assert.ok((await log.recordings({ limit: 5 })).items.length > 0)
        }).catch((error: RecorderError) => {
          // The verification may have ended before this looked at the status.
          throw error
        })
        assert.equal(finding.code, 'LOG_DAMAGED')
        assert.match(finding.message, expected)
        assert.deepEqual(await eventsOf(folder), before, 'the events have changed')
        assert.ok(existsSync(`${folder}.unverified`), 'the files from before are gone')
        // Now all is verified before anything is used.
        const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
          openEventLog({ keys: TEST_KEYS, folder, ...FAST }),
        )
        assert.match(message, expected)
      }))

  const VIEWS: [what: string, damage: (db: Db) => Promise<unknown>][] = [
    ['a recording is hidden', (db) => db.del(`view/recording/${ID}`)],
    ['an event is hidden', (db) => db.clear({ gte: `view/event/${ID}/`, lt: `view/event/${ID}0` })],
    [
      'a recording is invented',
      (db) => db.put('view/list/2026-01-05T09:00:00.000Z/x-recording', ''),
    ],
  ]
  for (const [what, damage] of VIEWS)
    test(`notices that ${what}, which waits until nothing is captured`, () =>
      withFolder(async (folder) => {
        await write(folder)
        const truth = await withLog(folder, everythingOf)
        await withDatabase(folder, damage)
        await withLog(
          folder,
          async (log) => {
            const finding = await log.verified().catch((error) => error)
            assert.equal(finding.repair, 'reopen later')
            // It is recorded meanwhile.
            await log.append({ events: [daemonStarted(1e7)] }).committed
            log.fail(finding)
            await log.reopen()
            assert.equal(log.status, 'verified')
            assert.ok((log.rebuiltViews?.count ?? 0) > 0)
            const { events: _, ...told } = (await everythingOf(log)) as Record<string, unknown>
            const { events: __, ...true_ } = truth as Record<string, unknown>
            assert.deepEqual(told, true_)
          },
          FAST,
        )
      }))

  test('notices a stored state that is not what the log says', () =>
    withFolder(async (folder) => {
      await write(folder)
      editState(folder, (state) => state.erased.push('recording-0001'))
      const finding = await findingIn(folder)
      assert.match(finding.message, /stored state was not what the log says/)
      assert.equal(finding.repair, 'reopen')
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.status, 'verified')
          assert.ok((await log.tagHistory('recording-0001')).entries.length > 0)
        },
        FAST,
      )
    }))

  test('notices a damaged table, and opening again repairs it', () =>
    withFolder(async (folder) => {
      await write(folder)
      const truth = await withLog(folder, everythingOf)
      const live = await readLiveTables(folder)
      const [table] = readdirSync(folder).filter(
        (name) => name.endsWith('.ldb') && live?.has(Number.parseInt(name, 10)),
      )
      const bytes = readFileSync(join(folder, table as string))
      // A checksum, so that every answer of the database is still the same.
      const footer = bytes.length - 48
      bytes.writeUInt8(bytes.readUInt8(footer - 1) ^ 1, footer - 1)
      writeFileSync(join(folder, table as string), bytes)
      await withLog(
        folder,
        async (log) => {
          const finding = await log.verified().catch((error) => error)
          assert.match(finding.message, new RegExp(table as string))
          assert.equal(log.status, 'readOnly')
          await log.reopen()
          assert.deepEqual(log.rebuiltViews?.damagedTables, [table])
          assert.deepEqual(await everythingOf(log), truth)
        },
        FAST,
      )
    }))
})

suite('a stored state that cannot be used', (test) => {
  /** Opens the log, which verifies it at once. Resolves with the problems that it tells. */
  async function openedAtOnce(folder: string): Promise<string[]> {
    const problems: string[] = []
    const onProblem = ({ message }: Error) => problems.push(message)
    await withLog(folder, async (log) => assert.equal(log.status, 'verified'), {
      ...FAST,
      onProblem,
    })
    return problems
  }

  test('is damaged: everything is verified at once, and that is said', () =>
    withFolder(async (folder) => {
      await write(folder)
      const content = readFileSync(`${folder}.state`, 'utf8')
      for (const damage of [
        '',
        content.slice(0, -20),
        content.replace('"erased":[]', '"erased":[1]'),
      ]) {
        writeFileSync(`${folder}.state`, damage)
        assert.match((await openedAtOnce(folder)).join(), /is damaged.*verified before it is used/)
      }
    }))

  test('is of another version, or another log', () =>
    withFolder(async (folder) => {
      await write(folder)
      const other = `${folder}-other`
      await writeLog(other, 14)
      await withLog(other, async () => {}, FAST)
      editState(folder, (state) => state.version++)
      assert.match((await openedAtOnce(folder)).join(), /another version/)
      cpSync(`${other}.state`, `${folder}.state`)
      assert.match((await openedAtOnce(folder)).join(), /is not the one after which it was stored/)
    }))

  test('says that other recordings are open', () =>
    withFolder(async (folder) => {
      await write(folder)
      for (const change of [
        (state: StoredState) => state.begun.pop(),
        (state: StoredState) => state.begun.unshift([ID, 1]),
      ]) {
        editState(folder, change as (state: StoredState) => void)
        const problems = await openedAtOnce(folder).catch((error) => String(error))
        // One that is left out shows itself only when all is verified.
        assert.match(String(problems), /other recordings are open|AssertionError/)
        rmSync(`${folder}.state`, { force: true })
        await withLog(folder, async () => {}, FAST)
      }
    }))

  test('is beside a view of an open recording that was changed', () =>
    withFolder(async (folder) => {
      await write(folder)
      const open = 'recording-0009'
      await withDatabase(folder, (db) =>
        db.clear({ gte: `view/event/${open}/`, lt: `view/event/${open}0`, limit: 1 }),
      )
      const problems: string[] = []
      await withLog(folder, async (log) => assert.deepEqual(log.rebuiltViews?.recordings, [open]), {
        ...FAST,
        onProblem: ({ message }) => problems.push(message),
      })
      assert.match(problems.join(), /views of open recordings/)
    }))

  test('does not keep damage behind it from being found at once', () =>
    withFolder(async (folder) => {
      const last = await write(folder)
      for (const position of [last - 5, last]) {
        const copy = `${folder}-${position}`
        copyLog(folder, copy)
        await withDatabase(copy, (db) => edit(db, key(position), (v) => v.replace('2026', '2027')))
        const before = await eventsOf(copy)
        const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
          openEventLog({ keys: TEST_KEYS, folder: copy, ...FAST, onProblem() {} }),
        )
        assert.match(message, new RegExp(`event ${position} is not the one`))
        assert.deepEqual(await eventsOf(copy), before)
      }
    }))

  test('is newer than a log that was rolled back: its missing events are found at once', () =>
    withFolder(async (folder) => {
      const last = await write(folder)
      const before = `${folder}-before`
      copyLog(folder, before)
      await withLog(
        folder,
        async (log) => {
          await log.verified()
          const history = new History('recording-0070', 8e6)
          await log.append({ events: [history.starting()] }).committed
        },
        FAST,
      )
      rmSync(folder, { recursive: true })
      cpSync(before, folder, { recursive: true })
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        openEventLog({ keys: TEST_KEYS, folder, ...FAST, onProblem() {} }),
      )
      assert.match(
        message,
        new RegExp(`ends at position ${last}, but event ${last + 1} was on disk`),
      )
    }))
})
