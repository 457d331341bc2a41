import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { TestKeyRing } from '../../../lab/test-keys.ts'
import { eventKey } from '../../../src/store/database/keys.ts'
import type { EventLog } from '../../../src/store/port.ts'
import { GENESIS, hashRecord } from '../../../src/store/records/record.ts'
import { createWitness } from '../../../src/store/witness/witness.ts'
import { openCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { leafHash } from '../../../src/tlog/hashes.ts'
import { parseVkey } from '../../../src/tlog/keys.ts'
import { verifyConsistency, verifyInclusion } from '../../../src/tlog/verify-proofs.ts'
import { suite } from '../../support/suite.ts'
import { daemonStarted, History } from '../support/history.ts'
import { rewriteLog } from '../support/rewrite-log.ts'
import { refusal, withDatabase, withFolder, withLog } from '../support/scratch.ts'
import { nameSigningKey } from '../support/signing.ts'

/** More than one stored hash. */
const MANY = 700

const many = (count: number) => Array.from({ length: count }, (_, i) => daemonStarted(i))

/** Opens the newest checkpoint with the keys that the log names. */
function newest({ proofs }: EventLog) {
  const keys = proofs.keys.map(({ key }) => parseVkey(key))
  return openCheckpoint(proofs.checkpoint?.note ?? '', { origin: keys[0]?.name ?? '', keys })
}

async function assertIncluded(log: EventLog, position: number): Promise<void> {
  const { size, root } = newest(log)
  const leaf = leafHash(Buffer.from(await log.proofs.record(position)))
  const proof = await log.proofs.inclusion(position, size)
  assert.ok(verifyInclusion(leaf, position - 1, { size, root }, proof), `${position} of ${size}`)
}

/** Runs a test on a closed log of many events, whose checkpoint is signed. */
async function withSigned(
  body: (folder: string, options: { keys: TestKeyRing }) => Promise<void>,
): Promise<void> {
  const options = { keys: new TestKeyRing() }
  await withFolder(async (folder) => {
    await withLog(
      folder,
      async (log) => {
        await nameSigningKey(log, options.keys)
        await log.append({ events: many(MANY) }).committed
      },
      options,
    )
    await body(folder, options)
  })
}

suite('the tree of the log', (test) => {
  test('is signed with every write, and proves every durable event', () =>
    withSigned((folder, options) =>
      withLog(
        folder,
        async (log) => {
          assert.equal(newest(log).size, log.position)
          for (const position of [1, 2, 255, 256, 257, 512, 513, log.position])
            await assertIncluded(log, position)
          for (let i = 0; i < 3; i++) {
            const before = newest(log)
            await log.append({ events: many(100) }).committed
            const after = newest(log)
            assert.equal(after.size, before.size + 100)
            const proof = await log.proofs.consistency(before.size, after.size)
            assert.ok(verifyConsistency(before, after, proof))
            await assertIncluded(log, after.size)
          }
        },
        options,
      ),
    ))

  test('covers a log that was written before it had a tree', () =>
    withFolder(async (folder) => {
      const options = { keys: new TestKeyRing() }
      await withLog(folder, (log) => log.append({ events: many(MANY) }).committed, options)
      await withDatabase(folder, (db) => db.clear({ gte: 'tree/', lt: 'tree0' }))
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.proofs.checkpoint, undefined)
          await nameSigningKey(log, options.keys)
          for (const position of [1, 300, log.position]) await assertIncluded(log, position)
        },
        options,
      )
    }))

  test('is computed again where stored hashes are missing or wrong', () =>
    withSigned(async (folder, options) => {
      const problems: string[] = []
      const onProblem = (problem: Error) => void problems.push(problem.message)
      for (const damage of ['del', 'put'] as const) {
        await withDatabase(folder, async (db) => {
          const [key = ''] = await db.keys({ gte: 'tree/', lt: 'tree0', limit: 1 }).all()
          await (damage === 'del' ? db.del(key) : db.put(key, 'ab'.repeat(32)))
        })
        await withLog(folder, (log) => assertIncluded(log, 3), { ...options, onProblem })
      }
      assert.equal(problems.length, 2)
      assert.match(problems[0] ?? '', /tree/)
    }))

  test('shows events that somebody has written anew, chain, head and witness included', () =>
    withSigned(async (folder, options) => {
      await rewriteLog(folder, (event) =>
        event.position === 400 && event.type === 'daemon.started'
          ? { ...event, data: { ...event.data, version: '6.6.6' } }
          : event,
      )
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        withLog(folder, async () => {}, { ...options, onProblem() {} }),
      )
      assert.match(message, /701 events are not those that were signed/)
    }))

  test('shows the same where all events lie in stored hashes, which are left as they were', () =>
    withFolder(async (folder) => {
      const options = { keys: new TestKeyRing() }
      await withLog(
        folder,
        async (log) => {
          await nameSigningKey(log, options.keys)
          await log.append({ events: many(511) }).committed
        },
        options,
      )
      await rewriteLog(folder, (event) =>
        event.position === 100 && event.type === 'daemon.started'
          ? { ...event, data: { ...event.data, version: '6.6.6' } }
          : event,
      )
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        withLog(folder, async () => {}, options),
      )
      assert.match(message, /512 events are not those that were signed/)
    }))

  test('shows that the end was cut off, head and witness included', () =>
    withSigned(async (folder, options) => {
      const hash = await withDatabase(folder, async (db) => {
        const head = { position: 600, hash: hashRecord((await db.get(eventKey(600))) ?? GENESIS) }
        await db.clear({ gt: eventKey(600), lt: 'event0' })
        await db.put('meta/head', JSON.stringify(head))
        return head.hash
      })
      await rm(`${folder}.head`)
      await createWitness(`${folder}.head`, { position: 600, hash })
      const { message } = await refusal('STORAGE_UNAVAILABLE', () =>
        withLog(folder, async () => {}, options),
      )
      assert.match(message, /101 events are missing/)
    }))

  test('is not used with a checkpoint that is missing or not signed by a key of the log', () =>
    withSigned(async (folder, options) => {
      const reopen = () => withLog(folder, async () => {}, options)
      const note = await withDatabase(folder, async (db) => {
        const stored = (await db.get('meta/checkpoint')) ?? ''
        await db.put('meta/checkpoint', stored.replace('\n701\n', '\n700\n'))
        return stored
      })
      assert.match((await refusal('STORAGE_UNAVAILABLE', reopen)).message, /keys have signed/)
      await withDatabase(folder, (db) => db.del('meta/checkpoint'))
      assert.match((await refusal('STORAGE_UNAVAILABLE', reopen)).message, /checkpoint is missing/)
      await withDatabase(folder, (db) => db.put('meta/checkpoint', note))
      await reopen()
    }))

  test('goes on without a signature while its key is lost, and loses no event', () =>
    withSigned(async (folder) => {
      const keys = new TestKeyRing()
      const history = new History('recording-1')
      await withLog(
        folder,
        async (log) => {
          await log.append({ events: [history.starting()] }).committed
          assert.equal(newest(log).size, MANY + 1)
        },
        { keys },
      )
      await withLog(
        folder,
        async (log) => {
          assert.equal(log.position, MANY + 2)
          await nameSigningKey(log, keys, 'lost')
          assert.equal(newest(log).size, MANY + 3)
          await assertIncluded(log, MANY + 2)
        },
        { keys },
      )
    }))

  test('opens after a kill when a new key could not be read at the moment of its introduction', () =>
    withSigned(async (folder, options) => {
      const { keys } = options
      const { find } = keys.signing
      let known: Buffer | undefined
      keys.signing.find = (key) =>
        known === undefined || key.equals(known) ? find(key) : undefined
      await withLog(
        folder,
        async (log) => {
          known = parseVkey(log.proofs.keys[0]!.key).publicKey
          await nameSigningKey(log, keys, 'rotated')
        },
        options,
      )
      known = undefined
      await withLog(
        folder,
        async (log) => {
          await log.append({ events: [new History('recording-1').starting()] }).committed
          assert.equal(newest(log).size, log.position)
          await assertIncluded(log, log.position)
        },
        options,
      )
    }))
})
