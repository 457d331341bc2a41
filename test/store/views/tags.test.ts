import assert from 'node:assert/strict'
import { TEST_KEYS } from '../../../lab/test-keys.ts'
import type { TagValue } from '../../../src/contract/commands.ts'
import type { Database } from '../../../src/store/database/database.ts'
import { openEventLog } from '../../../src/store/event-log.ts'
import { project, type RecordingProjection } from '../../../src/store/projection/recording.ts'
import { readEvents } from '../../../src/store/records/read-events.ts'
import {
  applyEvent,
  changeOperations,
  type ProjectionChanges,
} from '../../../src/store/views/projection-changes.ts'
import { suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

suite('tags in the log', (test) => {
  test('the 10,000th tag costs as little as the 10th', async () => {
    const history = new History('recording-1')
    let projection: RecordingProjection | undefined
    let position = 0
    async function bytesOf(event: ReturnType<History['event']>): Promise<number> {
      const changes: ProjectionChanges = new Map()
      const logged = { ...event, position: ++position } as Parameters<typeof applyEvent>[1]
      applyEvent(changes, logged, () => projection)
      projection = project(projection, logged)
      const operations = await changeOperations({} as Database, changes, (_, { key }) => key)
      return operations.reduce(
        (sum, { key, ...operation }) =>
          sum + key.length + ('value' in operation ? operation.value.length : 0),
        0,
      )
    }
    await bytesOf(history.starting())
    const costs: number[] = []
    for (let i = 0; i < 10_000; i++)
      costs.push(await bytesOf(history.tagged(i, { [`key${i % 900}`]: `value ${i}` })))
    // A key's first value and its later ones: these replace an entry of the index.
    for (const [few, many] of [
      [9, 899],
      [909, 9_999],
    ] as const)
      assert.ok(costs[many]! <= 1.2 * costs[few]!, `${costs[few]} and ${costs[many]} bytes`)
  })

  test('are the same after opening again, while the recording is open and when it is closed', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      const tags: Record<string, TagValue> = { a: 1, b: 'two', c: true }
      await withLog(folder, async (log) => {
        await log.append({ events: [history.starting(), history.started()] }).committed
        await log.append({ events: [history.tagged(1, tags)] }).committed
        await log.append({ events: [history.tagged(2, { b: 'three' })] }).committed
      })
      const current = async () =>
        withLog(folder, async (log) =>
          (await log.recording('recording-1'))?.tags.map(({ key, value }) => [key, value]),
        )
      const expected = [
        ['a', 1],
        ['b', 'three'],
        ['c', true],
      ]
      assert.deepEqual(await current(), expected)
      await withLog(folder, (log) =>
        log.append({ events: [history.wrapUp(3), history.closed(4)] }).committed.then(() => {}),
      )
      assert.deepEqual(await current(), expected)
    }))

  test('a kept answer has the tags of its version, not those that came later', () =>
    withFolder(async (folder) => {
      const history = new History('recording-1')
      const idempotency = { client: 'crm', key: 'k', fingerprint: 'f' }
      const log = await openEventLog({ keys: TEST_KEYS, folder })
      try {
        await log.append({ events: [history.starting(), history.started()] }).committed
        const appended = log.append({
          events: [history.tagged(1, { a: 1 })],
          answers: [
            { idempotency, render: (view) => ({ status: 200, body: view('recording-1') }) },
          ],
        })
        await appended.committed
        await log.append({ events: [history.tagged(2, { a: 2, b: 3 })] }).committed
        const kept = await log.answer({ client: 'crm', key: 'k' })
        assert.deepEqual(kept?.answer, JSON.parse(JSON.stringify(appended.answers[0])))
      } finally {
        await log.close()
      }
    }))

  test('reading the events of an old recording does not read those of others', () =>
    withFolder(async (folder) => {
      const [one, two] = [new History('recording-1'), new History('recording-2')]
      await withLog(folder, async (log) => {
        await log.append({ events: [one.starting(), one.started(), one.wrapUp(1), one.closed(2)] })
          .committed
        await log.append({ events: [two.starting(), two.started()] }).committed
        await log.append({ events: Array.from({ length: 2_000 }, () => two.tagged(1, { a: 1 })) })
          .committed
      })
      await withDatabase(folder, async (db) => {
        let read = 0
        const count = <T>(values: T[]): T[] => {
          read += values.length
          return values
        }
        const getMany = db.getMany.bind(db)
        const values = db.values.bind(db)
        const counting = Object.assign(db, {
          getMany: async (keys: string[]) => count(await getMany(keys)),
          values: (range: object) => ({ all: async () => count(await values(range).all()) }),
        }) as unknown as Database
        // The hash of the head is needed for the last event only.
        const head = { position: 2_006, hash: '' }
        const query = { after: 0, limit: 100, recordingId: 'recording-1' }
        assert.equal((await readEvents({ db: counting, head }, query)).length, 4)
        assert.ok(read <= 8, `${read} records were read`)
      })
    }))

  test('the events of a recording are found without those of others', () =>
    withFolder((folder) =>
      withLog(folder, async (log) => {
        const [one, two] = [new History('recording-1'), new History('recording-2')]
        await log.append({ events: [one.starting(), one.started(), one.wrapUp(1), one.closed(2)] })
          .committed
        await log.append({ events: [two.starting(), two.started()] }).committed
        for (let i = 0; i < 20; i++)
          await log.append({ events: Array.from({ length: 100 }, () => two.tagged(i, { i })) })
            .committed
        const refused = {
          command: 'recording.close',
          code: 'RECORDING_CLOSED',
          detail: '',
        } as const
        await log.append({ events: [one.event(3, 'command.refused', refused)] }).committed
        const found = await log.events({ after: 0, limit: 10, recordingId: 'recording-1' })
        assert.deepEqual(
          found.map(({ type }) => type),
          [
            'recording.starting',
            'recording.started',
            'recording.wrapUpStarted',
            'recording.closed',
            'command.refused',
          ],
        )
        const rest = await log.events({ after: 4, limit: 10, recordingId: 'recording-1' })
        assert.deepEqual(
          rest.map(({ type }) => type),
          ['command.refused'],
        )
      }),
    ))
})
