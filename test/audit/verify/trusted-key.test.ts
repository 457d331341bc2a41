import assert from 'node:assert/strict'
import { TestKeyRing } from '../../../lab/test-keys.ts'
import { verifyLog } from '../../../src/audit/verify/verify-log.ts'
import type { Database } from '../../../src/store/database/database.ts'
import { daemonStarted } from '../../store/support/history.ts'
import { withDatabase, withFolder, withLog } from '../../store/support/scratch.ts'
import { nameSigningKey } from '../../store/support/signing.ts'
import { suite } from '../../support/suite.ts'

/** Writes a log whose key is replaced twice. Resolves with its keys, the oldest first. */
async function rotatedLog(folder: string, cause: 'rotated' | 'lost' = 'rotated') {
  const keys = new TestKeyRing()
  return withLog(
    folder,
    async (log) => {
      const vkeys = [await nameSigningKey(log, keys)]
      for (const next of [cause, 'rotated'] as const) {
        await log.append({ events: [daemonStarted(), daemonStarted()] }).committed
        vkeys.push(await nameSigningKey(log, keys, next))
      }
      await log.append({ events: [daemonStarted()] }).committed
      return vkeys
    },
    { keys },
  )
}

const codes = async (folder: string, trustedKey: string) => {
  const verify = (db: unknown) =>
    verifyLog({ db: db as Database, recordingsFolder: folder, trustedKey })
  const { findings } = await withDatabase(folder, verify)
  return findings.map(({ code, position }) => `${code} ${position}`)
}

suite('the key that a verification trusts', (test) => {
  test('leads to the newest one, by checkpoints that both have signed', () =>
    withFolder(async (folder) => {
      for (const key of await rotatedLog(folder)) assert.deepEqual(await codes(folder, key), [])
    }))

  test('does not vouch for a key that it has not introduced', () =>
    withFolder(async (folder) => {
      const [first, second, third] = (await rotatedLog(folder)) as [string, string, string]
      await withDatabase(folder, async (db) => {
        const [key = ''] = await db.keys({ gte: 'checkpoint/', lt: 'checkpoint0' }).all()
        await db.del(key)
      })
      assert.deepEqual(await codes(folder, first), ['keyUnknown 4'])
      assert.deepEqual(await codes(folder, second), [])
      assert.deepEqual(await codes(folder, third), [])
    }))

  test('does not vouch for one that says it has replaced it, and has signed alone', () =>
    withFolder(async (folder) => {
      const keys = new TestKeyRing()
      const trusted = await withLog(folder, (log) => nameSigningKey(log, keys), { keys })
      // Who can write the log, but has no key of it.
      const thief = new TestKeyRing()
      await withLog(folder, (log) => nameSigningKey(log, thief, 'rotated'), { keys: thief })
      assert.deepEqual(await codes(folder, trusted), ['keyUnknown 2'])
    }))

  test('does not vouch for what comes after it was lost', () =>
    withFolder(async (folder) => {
      const [first, second] = (await rotatedLog(folder, 'lost')) as [string, string]
      assert.deepEqual(await codes(folder, first), ['keyChangeWrong 4', 'keyUnknown 4'])
      assert.deepEqual(await codes(folder, second), [])
    }))
})
