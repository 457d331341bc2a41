import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { TEST_KEYS, TestKeyRing } from '../../../lab/test-keys.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { RecordingView } from '../../../src/contract/views.ts'
import { withChecksum } from '../../../src/store/database/checksum.ts'
import { ValueSeals } from '../../../src/store/sealing/value-seals.ts'
import { eventually, suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { rawBytes } from '../support/raw-bytes.ts'
import { rewriteLog } from '../support/rewrite-log.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'

const ID = 'recording-1'
const CLIENT = { client: 'crm', key: 'order 8841' }
const ANSWER = { fingerprint: 'f', answer: { status: 200, body: { note: 'Zaphod called' } } }

const hashOf = (...parts: string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')
const OWNER = hashOf(CLIENT.client, CLIENT.key)
const TAG = hashOf('customer', 'Zaphod')

/** Makes of a log one as 0.1 wrote it: plain events and answers, hashes that can be guessed. */
async function writeUnsealed(folder: string): Promise<void> {
  const history = new History(ID)
  await withLog(folder, async (log) => {
    await log.append({
      events: [
        history.starting(),
        history.tagged(1, { customer: 'Zaphod' }),
        history.trackStarting(1, 1),
        history.started(2),
      ],
    }).committed
    await log.append({ events: [history.wrapUp(3), history.closed(4)] }).committed
  })
  const seals = new ValueSeals(TEST_KEYS)
  await rewriteLog(folder, (stored) => seals.openEvent(stored, () => false))
  await withDatabase(folder, async (db) => {
    await db.clear({ gte: 'view/', lt: 'view0' })
    const suffix = `${history.at(0)}/${ID}`
    await db.put(`view/list/${suffix}`, withChecksum(`view/list/${suffix}`, '["crm",0," zaphod"]'))
    await db.put(`view/tag/${TAG}/${suffix}`, '')
    const at = '000001700000000000'.slice(-15)
    const key = `answer/${OWNER}/${at}`
    await db.put(key, withChecksum(key, JSON.stringify(ANSWER)))
    await db.put(`expiry/${at}/${OWNER}`, '')
    await db.put('meta/projections', '{"version":7,"position":6}')
    await db.put('meta/schema', '1')
  })
}

const schemaOf = (folder: string) => withDatabase(folder, (db) => db.get('meta/schema'))

suite('a log of 0.1, which sealed nothing', (test) => {
  test('is read as it is, and its recordings are found by tags and words', () =>
    withFolder(async (folder) => {
      await writeUnsealed(folder)
      await withLog(folder, async (log) => {
        assert.match(JSON.stringify(await log.events({ after: 0, limit: 9 })), /"Zaphod"/)
        const { entries: tags } = await log.tagHistory(ID)
        assert.deepEqual(
          tags.map(({ value }) => value),
          ['Zaphod'],
        )
        for (const query of [{ tags: { customer: 'Zaphod' } }, { text: 'zaph' }])
          assert.equal((await log.recordings({ ...query, limit: 9 })).items[0]?.id, ID)
        // What is added to it is sealed under the key of the home: it has none of its own.
        const keyless = new History('recording-2')
        await log.append({ events: [keyless.starting()] }).committed
      })
      assert.equal(await schemaOf(folder), '2', 'an older recorder would write unsealed values')
    }))

  test('keeps its answers, sealed and under names that nobody can guess', () =>
    withFolder(async (folder) => {
      await writeUnsealed(folder)
      await withLog(folder, async (log) => {
        assert.ok(log.hasAnswer(CLIENT))
        assert.deepEqual(await log.answer(CLIENT), ANSWER)
      })
      await withLog(folder, async (log) => assert.deepEqual(await log.answer(CLIENT), ANSWER))
      await withDatabase(folder, async (db) => {
        const entries = await db.iterator().all()
        // Its events stay as they are, and so do the views that are made of them.
        const text = entries.filter(([key]) => !/^event|^view\/recording/.test(key)).join('\n')
        for (const former of [OWNER, TAG, 'Zaphod', 'zaphod'])
          assert.equal(text.includes(former), false, former)
      })
    }))

  test('leaves nothing of the old entries in its files', () =>
    withFolder(async (folder) => {
      await writeUnsealed(folder)
      for (const former of [OWNER, TAG, 'called']) assert.ok(rawBytes(folder).includes(former))
      await withLog(folder, () =>
        eventually('files without old answers', async () => !rawBytes(folder).includes('called')),
      )
      // LevelDB names the first and the last key of former tables until it is opened again, twice.
      for (let i = 0; i < 2; i++) await withLog(folder, async () => {})
      for (const former of [OWNER, TAG]) assert.equal(rawBytes(folder).includes(former), false)
    }))

  test('shows nothing of an erased recording to a repeated request', () =>
    withFolder(async (folder) => {
      await writeUnsealed(folder)
      const keys = new TestKeyRing()
      await keys.destroy(ID)
      const key = { client: 'crm', key: 'hold' }
      const history = new History(ID)
      for (let version = 1; version <= 6; version++) history.started()
      await withLog(
        folder,
        async (log) => {
          const held = history.event(5, 'recording.held', { holdId: 'hold-1', reason: 'asked for' })
          const body = (view?: RecordingView) => ({ status: 201, body: view })
          await log.append({
            events: [held],
            answers: [
              {
                idempotency: { ...key, fingerprint: 'f' },
                render: (view) => body(view(ID)),
              },
            ],
          }).committed
          assert.match(JSON.stringify(await log.answer(key)), /Zaphod/)
          const erasing = { cause: 'request', reason: 'asked for' } as const
          await log.append({ events: [history.event(6, 'recording.erasing', erasing)] }).committed
          await refusal('ERASED', () => log.answer(key))
        },
        { keys },
      )
      await withLog(folder, (log) => refusal('ERASED', () => log.answer(key)), { keys })
    }))

  test('is not changed while the keys are missing', () =>
    withFolder(async (folder) => {
      await writeUnsealed(folder)
      const keys = new TestKeyRing()
      keys.problem = new RecorderError('KEY_UNAVAILABLE', 'It is not there.')
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.status, 'readOnly')
          assert.equal((await log.tagHistory(ID)).entries[0]?.value, 'Zaphod')
        },
        { keys },
      )
      assert.equal(await schemaOf(folder), '1')
      await withLog(
        folder,
        async (log) => {
          keys.problem = undefined
          await log.reopen()
          assert.deepEqual(await log.answer(CLIENT), ANSWER)
          const found = await log.recordings({ tags: { customer: 'Zaphod' }, limit: 9 })
          assert.equal(found.items.length, 1)
        },
        { keys },
      )
    }))

  test('takes tags of a recording that it has not finished', () =>
    withFolder(async (folder) => {
      const history = new History(ID)
      const keys = new TestKeyRing()
      await withLog(
        folder,
        (log) =>
          log.append({
            events: [history.starting(), history.trackStarting(1, 1), history.started(2)],
          }).committed,
      )
      const seals = new ValueSeals(TEST_KEYS)
      await rewriteLog(folder, (stored) => seals.openEvent(stored, () => false))
      await keys.destroy(ID)
      await withLog(
        folder,
        async (log) => {
          await log.append({ events: [history.tagged(3, { customer: 'Trillian' })] }).committed
          assert.equal((await log.tagHistory(ID)).entries[0]?.value, 'Trillian')
          assert.equal((await log.recording(ID))?.keyMissing, undefined)
        },
        { keys },
      )
      assert.equal(rawBytes(folder).includes('Trillian'), false)
    }))
})

suite('a recording that has lost its key', (test) => {
  test('takes no more values of clients, but its end', () =>
    withFolder(async (folder) => {
      const history = new History(ID)
      const keys = new TestKeyRing()
      await withLog(
        folder,
        async (log) => {
          await log.append({
            events: [history.starting(), history.trackStarting(1, 1), history.started(2)],
          }).committed
          await log.append({ events: [history.tagged(3, { customer: 'Zaphod' })] }).committed
          await keys.destroy(ID)
          const lost = new History(ID)
          for (let i = 0; i < 4; i++) lost.started()
          const tag = () => log.append({ events: [lost.tagged(4, { customer: 'Ford' })] })
          await refusal('KEY_UNAVAILABLE', tag)
          assert.equal(log.position, 4)
          await log.append({ events: [history.wrapUp(5), history.closed(6)] }).committed
        },
        { keys },
      )
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.rebuiltViews, undefined)
          const events = await log.events({ after: 0, limit: 9 })
          assert.deepEqual(events[3]?.data, { tags: { customer: 'unreadable' } })
          await refusal('KEY_UNAVAILABLE', () => log.tagHistory(ID))
          const [view] = (await log.recordings({ limit: 9 })).items
          assert.deepEqual([view?.tags, view?.keyMissing], [[], true])
        },
        { keys },
      )
    }))

  test('leaves nothing in the index of tags when it is erased, nor a view that is wrong', () =>
    withFolder(async (folder) => {
      const history = new History(ID)
      const other = new History('recording-2', 1_000)
      const keys = new TestKeyRing()
      const lived = (one: History) => [
        ...[one.starting(), one.trackStarting(1, 1), one.started(2)],
        ...[one.tagged(3, { customer: 'Zaphod', case: 42 }), one.wrapUp(5), one.closed(6)],
      ]
      const indexed = () =>
        withDatabase(folder, async (db) =>
          (await db.keys({ gte: 'view/tag/', lt: 'view/tag0' }).all()).map((key) =>
            key.slice(key.lastIndexOf('/') + 1),
          ),
        )
      for (const one of [history, other])
        await withLog(folder, (log) => log.append({ events: lived(one) }).committed, { keys })
      assert.equal((await indexed()).length, 4)
      await keys.destroy(ID)
      const erasing = { cause: 'request', reason: 'asked for' } as const
      const erase = history.event(9, 'recording.erasing', erasing)
      await withLog(
        folder,
        async (log) => {
          await log.append({ events: [erase] }).committed
          await log.clearErased()
        },
        { keys },
      )
      assert.deepEqual(await indexed(), ['recording-2', 'recording-2'])
      await withLog(folder, async (log) => assert.equal(log.rebuiltViews, undefined), { keys })
    }))

  test('is not begun without one', () =>
    withFolder((folder) =>
      withLog(
        folder,
        async (log) => {
          const history = new History(ID)
          const start = () =>
            log.append({ events: [history.starting(), history.tagged(1, { customer: 'Zaphod' })] })
          await refusal('KEY_UNAVAILABLE', start)
          assert.equal(log.position, 0)
        },
        { keys: withoutKeysOf(ID) },
      ),
    ))
})

function withoutKeysOf(id: string): TestKeyRing {
  const keys = new TestKeyRing()
  void keys.destroy(id)
  return keys
}
