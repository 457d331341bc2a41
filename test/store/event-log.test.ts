import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { TEST_KEYS } from '../../lab/test-keys.ts'
import type { RecordingView } from '../../src/contract/views.ts'
import { openEventLog } from '../../src/store/event-log.ts'
import type { OpeningProgress } from '../../src/store/opening/open-verified-log.ts'
import type { TagHistory } from '../../src/store/port.ts'
import { suite } from '../support/suite.ts'
import { at, CRM, daemonStarted, History } from './support/history.ts'
import { refusal, withFolder, withLog } from './support/scratch.ts'

const inLog = (body: Parameters<typeof withLog>[1]) => () =>
  withFolder(async (folder) => {
    await withLog(folder, body)
  })

suite('the event log', (test) => {
  test(
    'assigns positions from 1 without a gap, synchronously',
    inLog(async (log) => {
      const first = log.append({ events: [daemonStarted(), daemonStarted()] })
      const second = log.append({ events: [daemonStarted()] })
      assert.deepEqual(
        first.events.map(({ position }) => position),
        [1, 2],
      )
      assert.deepEqual(
        second.events.map(({ position }) => position),
        [3],
      )
      assert.equal(log.position, 0, 'nothing is durable yet')
      await second.committed
      assert.equal(log.position, 3)
    }),
  )

  test(
    'returns events unchanged and in order, after any position',
    inLog(async (log) => {
      const history = new History('recording-1')
      const events = [
        daemonStarted(),
        history.starting(),
        history.tagged(5, { name: 'Žofia "\u0000" 😀', vip: true }),
      ]
      await log.append({ events }).committed
      const stored = events.map((event, i) => ({ ...event, position: i + 1 }))
      assert.deepEqual(await log.events({ after: 0, limit: 10 }), stored)
      assert.deepEqual(await log.events({ after: 1, limit: 1 }), stored.slice(1, 2))
      assert.deepEqual(await log.events({ after: 3, limit: 10 }), [])
    }),
  )

  test(
    'returns the events of one recording, including its starting command and refusals',
    inLog(async (log) => {
      const [one, two] = [new History('recording-1'), new History('recording-2')]
      const started = one.event(0, 'command.accepted', { command: 'recording.start' })
      const refused = { command: 'recording.close', code: 'RECORDING_CLOSED', detail: '' } as const
      await log.append({ events: [daemonStarted(), started, one.starting(), one.started()] })
        .committed
      await log.append({ events: [one.wrapUp(9), two.starting(), one.closed(10), two.started()] })
        .committed
      await log.append({ events: [two.tagged(5, { recordingId: 'recording-1' })] }).committed
      await log.append({ events: [one.event(20, 'command.refused', refused), two.wrapUp(20)] })
        .committed
      const positions = async (after: number, limit: number) =>
        (await log.events({ after, limit, recordingId: 'recording-1' })).map(
          ({ position }) => position,
        )
      assert.deepEqual(await positions(0, 100), [2, 3, 4, 5, 7, 10])
      assert.deepEqual(await positions(4, 2), [5, 7])
      assert.deepEqual(await log.events({ after: 0, limit: 100, recordingId: 'recording-9' }), [])
    }),
  )

  test(
    'writes waiting batches together and resolves them in order',
    inLog(async (log) => {
      const history = new History('recording-1')
      await log.append({ events: [history.starting(), history.started()] }).committed
      const answered: number[] = []
      const durable = new Set<number>()
      const appends = Array.from({ length: 500 }, (_, i) => {
        const { events, committed } = log.append({ events: history.tagCommand(i, { count: i }) })
        return committed.then(() => {
          assert.ok(log.position >= events[2]!.position, 'answered before it was durable')
          answered.push(i)
          durable.add(log.position)
        })
      })
      await Promise.all(appends)
      assert.deepEqual(
        answered,
        Array.from({ length: 500 }, (_, i) => i),
      )
      assert.ok(durable.size <= 2, `${durable.size} writes for 500 commands`)
      assert.equal((await log.events({ after: 0, limit: 2000 })).length, 1502)
    }),
  )

  test(
    'shows durable events only; `render` alone sees batches not yet durable',
    inLog(async (log) => {
      const history = new History('recording-1')
      const appended = log.append({
        events: [history.starting(), history.tagged(1, { customer: 1 })],
        answers: [
          {
            idempotency: undefined,
            render: (view) => ({ status: 201, body: view('recording-1') }),
          },
        ],
      })
      const later = log.append({
        events: [history.tagged(2, { customer: 2 })],
        answers: [
          {
            idempotency: undefined,
            render: (view) => ({ status: 200, body: view('recording-1')?.tags }),
          },
        ],
      })
      assert.equal((appended.answers[0]?.body as RecordingView | undefined)?.version, 2)
      assert.deepEqual(later.answers[0]?.body, [{ key: 'customer', value: 2, at: at(2), by: CRM }])
      assert.deepEqual(log.openRecordings(), [])
      assert.equal(await log.recording('recording-1'), undefined)
      await later.committed
      assert.equal(log.openRecordings()[0]?.version, 3)
      assert.deepEqual(await log.recording('recording-1'), log.openRecordings()[0])
    }),
  )

  test(
    'appends on top of batches that are not durable yet',
    inLog(async (log) => {
      const history = new History('recording-1')
      const first = log.append({ events: [history.starting(), history.tagged(1, { customer: 1 })] })
      const second = log.append({
        events: [history.tagged(2, { branch: 5 })],
        answers: [
          {
            idempotency: undefined,
            render: (view) => ({ status: 200, body: view('recording-1') }),
          },
        ],
      })
      assert.equal(log.position, 0)
      assert.equal((second.answers[0]?.body as RecordingView | undefined)?.tags.length, 2)
      await Promise.all([first.committed, second.committed])
      assert.equal(log.openRecordings()[0]?.tags.length, 2)
    }),
  )

  test(
    'appends a whole batch or nothing',
    inLog(async (log) => {
      const history = new History('recording-1')
      const events = [history.starting(), history.started()]
      const render = () => {
        throw new TypeError('no answer')
      }
      assert.throws(
        () => log.append({ events, answers: [{ idempotency: undefined, render }] }),
        /no answer/,
      )
      await refusal('INTERNAL', () => log.append({ events: [events[0]!, events[0]!] }))
      await refusal('INTERNAL', () => log.append({ events: [] }))
      const { committed, events: placed } = log.append({ events })
      assert.equal(placed[0]?.position, 1)
      await committed
      assert.equal((await log.events({ after: 0, limit: 10 })).length, 2)
    }),
  )

  test(
    'refuses facts that do not follow the recording’s last one',
    inLog(async (log) => {
      const history = new History('recording-1')
      await log.append({ events: [history.starting(), history.started()] }).committed
      const tagged = history.tagged(1, { customer: 1 })
      await refusal('INTERNAL', () => log.append({ events: [{ ...tagged, version: 2 }] }))
      await refusal('INTERNAL', () => log.append({ events: [{ ...tagged, version: 4 }] }))
      await log.append({ events: [tagged] }).committed
      assert.equal(log.position, 3)
    }),
  )

  test('has all its events, recordings and tags when it is opened again', () =>
    withFolder(async (folder) => {
      const [one, two] = [new History('recording-1'), new History('recording-2', 60_000)]
      const before = await withLog(folder, async (log) => {
        log.append({ events: [one.starting(), one.started(), one.wrapUp(5), one.closed(6)] })
        log.append({
          events: [two.starting(), two.started(), ...two.tagCommand(7, { customer: 1 })],
        })
        await log.append({ events: two.tagCommand(8, { customer: 2 }) }).committed
        return [
          await log.recording('recording-1'),
          log.openRecordings(),
          await log.tagHistory('recording-2'),
        ]
      })
      await withLog(folder, async (log) => {
        assert.equal(log.position, 12)
        assert.deepEqual(
          [
            await log.recording('recording-1'),
            log.openRecordings(),
            await log.tagHistory('recording-2'),
          ],
          before,
        )
        assert.equal(
          log.append({ events: two.tagCommand(9, { customer: 3 }) }).events[0]?.position,
          13,
        )
      })
    }))

  test(
    'keeps every value of a tag',
    inLog(async (log) => {
      const history = new History('recording-1')
      await log.append({
        events: [history.starting(), history.tagged(1, { customer: 1, vip: true })],
      }).committed
      await log.append({ events: [history.tagged(2, { customer: '1' })] }).committed
      const { entries } = await log.tagHistory('recording-1')
      assert.deepEqual(entries, [
        { key: 'customer', value: 1, at: at(1), by: CRM },
        { key: 'vip', value: true, at: at(1), by: CRM },
        { key: 'customer', value: '1', at: at(2), by: CRM },
      ])
    }),
  )

  test(
    'adds only newer values to a history that is known',
    inLog(async (log) => {
      const history = new History('recording-1')
      await log.append({ events: [history.starting()] }).committed
      const none = await log.tagHistory('recording-1')
      await log.append({ events: [history.tagged(1, { customer: 1 })] }).committed
      const one = await log.tagHistory('recording-1', none)
      await log.append({ events: [history.tagged(2, { customer: 2, vip: true })] }).committed
      const valuesFrom = async (known: TagHistory) =>
        (await log.tagHistory('recording-1', known)).entries.map(({ value }) => value)
      assert.deepEqual(await valuesFrom(none), [1, 2, true])
      assert.deepEqual(await valuesFrom(one), [1, 2, true])
      const kept = one.entries.map((entry) => ({ ...entry, value: 'kept' }))
      assert.deepEqual(await valuesFrom({ ...one, entries: kept }), ['kept', 2, true])
      // No event at this position has tagged it: another log, perhaps.
      assert.deepEqual(await valuesFrom({ position: 1, entries: kept }), [1, 2, true])
    }),
  )

  test('can be closed after it has refused a batch', () =>
    withFolder((folder) =>
      withLog(folder, async (log) => {
        const unborn = new History('recording-1')
        const render = () => {
          throw new TypeError('no answer')
        }
        assert.throws(() =>
          log.append({
            events: [unborn.starting()],
            answers: [{ idempotency: undefined, render }],
          }),
        )
      }),
    ))

  test('knows the valid tokens, also when it is opened again', () =>
    withFolder(async (folder) => {
      const token = (id: string) => ({
        id,
        name: `crm-${id}`,
        scopes: ['tag'],
        sha256: 'ab'.repeat(32),
      })
      const event = { recordingId: null, version: null, at: at(0), by: CRM, commandId: null }
      const valid = await withLog(folder, async (log) => {
        const created = log.append({
          events: ['a', 'b'].map((id) => ({
            ...event,
            type: 'token.created' as const,
            data: token(id),
          })),
        })
        assert.deepEqual(log.tokens(), [])
        await created.committed
        assert.equal(log.tokens().length, 2)
        await log.append({ events: [{ ...event, type: 'token.revoked', data: { id: 'a' } }] })
          .committed
        return log.tokens()
      })
      assert.deepEqual(valid, [{ ...token('b'), createdAt: at(0), position: 2 }])
      await withLog(folder, async (log) => assert.deepEqual(log.tokens(), valid))
    }))

  test('closing waits for queued batches; a closed log accepts none', () =>
    withFolder(async (folder) => {
      const log = await openEventLog({ keys: TEST_KEYS, folder })
      const { committed } = log.append({ events: [daemonStarted()] })
      await Promise.all([log.close(), log.close()])
      await committed
      assert.equal(JSON.parse(readFileSync(`${folder}.head`, 'utf8')).position, 1)
      await refusal('STORAGE_UNAVAILABLE', () => log.append({ events: [daemonStarted()] }))
      await refusal('STORAGE_UNAVAILABLE', () => log.reopen())
      await refusal('STORAGE_UNAVAILABLE', () => log.events({ after: 0, limit: 1 }))
      await withLog(folder, async (again) => assert.equal(again.position, 1))
    }))

  test(
    'accepts no batch while it is opened again, and works afterwards',
    inLog(async (log) => {
      const queued = log.append({ events: [daemonStarted()] })
      const reopened = log.reopen()
      assert.equal(log.status, 'reopening')
      await refusal('STORAGE_UNAVAILABLE', () => log.append({ events: [daemonStarted()] }))
      await Promise.all([reopened, log.reopen(), queued.committed])
      assert.equal(log.status, 'verified')
      assert.equal(log.append({ events: [daemonStarted()] }).events[0]?.position, 2)
    }),
  )

  test('reports its progress during verification', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        await log.append({ events: Array.from({ length: 2500 }, () => daemonStarted()) }).committed
      })
      const seen: OpeningProgress[] = []
      await withLog(folder, async (log) => assert.equal(log.status, 'verified'), {
        onProgress: (progress) => seen.push(progress),
      })
      assert.ok(seen.length > 1)
      const verifying = seen.filter(({ task }) => task === 'verifying')
      assert.deepEqual(verifying.at(-1), { task: 'verifying', done: 2500, total: 2500 })
      assert.equal(seen[0]?.total, 2500)
    }))
})
