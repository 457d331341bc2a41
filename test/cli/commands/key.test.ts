import assert from 'node:assert/strict'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyStatus } from '../../../src/contract/custody.ts'
import { HomeKeyRing } from '../../../src/custody/home-key-ring.ts'
import { keyOptions } from '../../../src/custody/key-options.ts'
import type { Home } from '../../../src/home/home.ts'
import { loseMasterKey } from '../../support/master-key.ts'
import { suite } from '../../support/suite.ts'
import { f2f, freshHome, problem, type StubAnswer, startStub } from '../support/stub.ts'

const env = { F2F_KEY_STORE: 'file' }
const PASSPHRASE = 'a long enough passphrase'

const STATUS: KeyStatus = {
  problem: null,
  masterKey: { id: '0123456789abcdef', place: 'system', createdAt: '2026-01-31T09:00:00.000Z' },
  fileReason: null,
  rotation: null,
  recordings: 3,
  withoutFiles: 0,
  escrowed: 2,
  destroyed: 1,
  backedUpAt: null,
}

async function homeWithKeys(): Promise<Home> {
  const home = await freshHome()
  await HomeKeyRing.open(keyOptions(home, {}, env))
  return home
}

suite('f2f key status', (test) => {
  test('shows what the running recorder says, and what to do', async () => {
    const stub = await startStub({ 'GET /v1/keys': { body: STATUS } })
    const ran = await f2f(['key', 'status'], { home: stub.home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /0123456789abcdef, in the key store of the system/)
    assert.match(ran.stdout, /3 keys, 2 also wrapped for an organisation/)
    assert.match(ran.stdout, /-> Make a backup/)
    assert.match(ran.stdout, /-> Old backups may still open erased recordings: run f2f key rotate/)
    assert.deepEqual((await f2f(['key', 'status', '--json'], { home: stub.home })).json(), STATUS)
    await stub.close()
  })

  test('works without a recorder, and creates nothing', async () => {
    const home = await freshHome()
    const none = await f2f(['key', 'status'], { home, env })
    assert.equal(none.code, 0)
    assert.match(none.stdout, /There are no keys yet/)
    await assert.rejects(stat(home.keyDescriptorFile), { code: 'ENOENT' })

    await rm(home.folder, { recursive: true })
    assert.equal((await f2f(['key', 'status'], { home, env })).code, 0)

    const used = await homeWithKeys()
    assert.match(
      (await f2f(['key', 'status'], { home: used, env })).stdout,
      /in a file of the home/,
    )
    await loseMasterKey(used.folder)
    const lost = await f2f(['key', 'status'], { home: used, env })
    assert.equal(lost.code, 1)
    assert.match(lost.stdout, /The file of the master key is missing.[\s\S]*f2f key restore/)
  })
})

suite('f2f key rotate', (test) => {
  test('waits until the old key is destroyed', async () => {
    const from = '0123456789abcdef'
    const to = { ...STATUS, masterKey: { ...STATUS.masterKey!, id: 'fedcba9876543210' } }
    const rotation = { from, done: 1, total: 4, problem: null }
    const states: KeyStatus[] = [STATUS, { ...to, rotation: { ...rotation, done: 3 } }, to]
    const next = (): StubAnswer => ({ body: states.length > 1 ? states.shift() : states[0] })
    const stub = await startStub({
      'GET /v1/keys': next,
      'POST /v1/keys/rotate': { status: 202, body: { ...to, rotation } },
    })
    const ran = await f2f(['key', 'rotate'], { home: stub.home, terminal: true })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /is fedcba9876543210 now; 0123456789abcdef is destroyed/)
    assert.match(ran.stderr, /Wrapping keys: 3 of 4/)
    assert.match(ran.stderr, /Make a backup/)
    assert.deepEqual(stub.requests.find(({ method }) => method === 'POST')?.body, {})
    await stub.close()
  })

  test('says when it cannot go on, or when no recorder runs', async () => {
    const stuck = { ...STATUS, rotation: { from: 'x', done: 1, total: 4, problem: 'Full.' } }
    const stub = await startStub({
      'GET /v1/keys': { body: STATUS },
      'POST /v1/keys/rotate': { status: 202, body: stuck },
    })
    const ran = await f2f(['key', 'rotate'], { home: stub.home })
    assert.equal(ran.code, 1)
    assert.match(ran.stdout, /Full. The old master key is still valid/)
    stuck.rotation.done = 4
    const late = await f2f(['key', 'rotate'], { home: stub.home })
    assert.match(late.stdout, /Full. The old master key may be destroyed already/)
    await stub.close()
    const none = await f2f(['key', 'rotate'], { home: await homeWithKeys(), env })
    assert.match(none.stderr, /NO_DAEMON/)
  })

  test('shows why the recorder refuses', async () => {
    const stub = await startStub({
      'GET /v1/keys': { body: STATUS },
      'POST /v1/keys/rotate': problem(503, 'KEY_UNAVAILABLE'),
    })
    assert.match((await f2f(['key', 'rotate'], { home: stub.home })).stderr, /KEY_UNAVAILABLE/)
    await stub.close()
  })
})

suite('f2f key backup and restore', (test) => {
  test('bring a lost master key back', async () => {
    const home = await homeWithKeys()
    const path = join(home.folder, 'backup.age')
    const backup = await f2f(['key', 'backup', path], { home, env, stdin: [`${PASSPHRASE}\n`] })
    assert.equal(backup.code, 0, backup.stderr)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.ok(!backup.stdout.includes(PASSPHRASE))
    assert.match((await f2f(['key', 'status'], { home, env })).stdout, /Backup +2/)
    await loseMasterKey(home.folder)

    const wrong = await f2f(['key', 'restore', path], { home, env, stdin: ['something else'] })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /The passphrase is wrong/)
    const restore = await f2f(['key', 'restore', path], { home, env, stdin: [PASSPHRASE] })
    assert.equal(restore.code, 0, restore.stderr)
    assert.equal((await f2f(['key', 'status'], { home, env })).code, 0)
  })

  test('overwrite no file unless told to', async () => {
    const home = await homeWithKeys()
    const path = join(home.folder, 'backup.age')
    await writeFile(path, 'of somebody else')
    const refused = await f2f(['key', 'backup', path], { home, env, stdin: [PASSPHRASE] })
    assert.equal(refused.code, 1)
    assert.equal(await readFile(path, 'utf8'), 'of somebody else')
    const forced = await f2f(['key', 'backup', path, '--force'], { home, env, stdin: [PASSPHRASE] })
    assert.equal(forced.code, 0, forced.stderr)
    assert.match(await readFile(path, 'latin1'), /^age-encryption.org/)
  })

  test('a passphrase is typed twice and not shown; a short one is refused', async () => {
    const home = await homeWithKeys()
    const path = join(home.folder, 'backup.age')
    const typed = async (...keys: string[]) => {
      await rm(path, { force: true })
      return f2f(['key', 'backup', path], { home, env, keys, terminal: true })
    }
    const twice = await typed(...PASSPHRASE, 'x', '\u007f', '\r', `${PASSPHRASE}\r`)
    assert.equal(twice.code, 0, twice.stderr)
    assert.ok(!(twice.stdout + twice.stderr).includes(PASSPHRASE))
    assert.match((await typed(`${PASSPHRASE}\r`, 'another one\r')).stderr, /differ/)
    assert.match((await typed('short\r')).stderr, /at least 12 characters/)
    assert.equal((await typed('\u0003')).code, 2)
    await assert.rejects(stat(path), { code: 'ENOENT' })
  })
})
