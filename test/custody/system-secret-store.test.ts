import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { missingPrograms } from '../../lab/missing-programs.ts'
import { SystemSecretStore } from '../../src/custody/system-secret-store.ts'
import { eventually, suite } from '../support/suite.ts'
import { keyHome } from './support/home.ts'
import { type PrivateKeyStore, startKeyStore } from './support/key-store.ts'

const MISSING = process.platform === 'linux' ? missingPrograms('keyStore') : 'needs Linux'
const SECRET = randomBytes(32)
const ID = '0123456789abcdef'

suite('the key store of the system', (test) => {
  let keyStore: PrivateKeyStore
  let now = 0

  test.before(async () => {
    if (MISSING === null) keyStore = await startKeyStore()
  })
  test.after(() => keyStore?.remove())
  const open = () => new SystemSecretStore({ env: keyStore.env, monotonic: () => now })

  test.unless(MISSING, 'keeps a master key through its restart, and destroys it', async () => {
    const store = open()
    assert.equal(await store.load(ID), undefined)
    await store.save(ID, SECRET)
    await keyStore.restart()
    assert.deepEqual(await open().load(ID), SECRET)
    await store.destroy(ID)
    await store.destroy(ID)
    assert.equal(await store.load(ID), undefined)
  })

  test.unless(
    MISSING,
    'a locked one is a clear error, asked again only after a pause',
    async () => {
      const store = open()
      await store.save(ID, SECRET)
      await keyStore.lock()
      await assert.rejects(store.load(ID), {
        code: 'KEY_UNAVAILABLE',
        message: /^The key store of the system cannot be used: .*[^.]\.$/,
      })
      await keyStore.restart()
      await assert.rejects(store.load(ID), { code: 'KEY_UNAVAILABLE' })
      now += 1_000
      assert.deepEqual(await store.load(ID), SECRET)
    },
  )

  test.unless(MISSING, 'a home stays with it when it is locked or gone', async () => {
    const home = await keyHome()
    const ring = await home.open({ wanted: 'auto', system: open() })
    const keys = await ring.create('r1')
    assert.equal((await ring.status()).masterKey?.place, 'system')
    for (const away of [keyStore.lock, keyStore.end]) {
      await away()
      const waiting = await home.open({ wanted: 'auto', system: open() })
      assert.equal(waiting.problem?.code, 'KEY_UNAVAILABLE')
      assert.equal((await waiting.status()).masterKey?.place, 'system')
      await keyStore.restart()
      now += 60_000
      await waiting.reload()
      assert.deepEqual(waiting.keysOf('r1'), keys)
    }
  })

  test.unless(MISSING, 'one that waits for a person is left at once', async () => {
    const store = open()
    keyStore.freeze()
    const loading = store.load(ID)
    await new Promise(setImmediate)
    store.close()
    await assert.rejects(loading, { code: 'KEY_UNAVAILABLE' })
    await keyStore.restart()
  })

  test.unless(MISSING, 'its program ends with a daemon that is killed while it waits', async () => {
    keyStore.freeze()
    const module = new URL('../../src/custody/system-secret-store.ts', import.meta.url).href
    const code = `const { SystemSecretStore } = await import('${module}')
      await new SystemSecretStore().load('${ID}')`
    const args = ['--import', 'tsx', '--input-type=module', '-e', code]
    const daemon = spawn(process.execPath, args, { env: keyStore.env, stdio: 'ignore' })
    const childrenOf = (pid: number) =>
      spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter((line) => line.includes('AsyncEntry'))
        .map((line) => Number.parseInt(line, 10))
    const [pid = 0] = await eventually('the program', () => {
      const found = childrenOf(daemon.pid!)
      return found.length > 0 && found
    })
    daemon.kill('SIGKILL')
    await eventually('its end', () => !existsSync(`/proc/${pid}`))
    await keyStore.restart()
  })

  test.unless(MISSING, 'no secret is on a command line or in an environment', async () => {
    const store = open()
    const saved = store.save(ID, SECRET)
    await new Promise(setImmediate)
    const lines = execFileSync('ps', ['axeww', '-o', 'args'], { encoding: 'utf8' })
    await saved
    assert.ok(lines.includes('AsyncEntry'), 'the program ran meanwhile')
    for (const encoding of ['base64url', 'base64', 'hex'] as const)
      assert.ok(!lines.includes(SECRET.toString(encoding)))
  })

  test('its absence is found out at once', async () => {
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }
    const home = await keyHome()
    const ring = await home.open({ wanted: 'auto', system: new SystemSecretStore({ env }) })
    const { masterKey, fileReason, problem } = await ring.status()
    assert.deepEqual([masterKey?.place, problem], ['file', null])
    assert.match(fileReason ?? '', /key store of the system cannot be used/)
  })
})
