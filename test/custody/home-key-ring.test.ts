import assert from 'node:assert/strict'
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'

import { join } from 'node:path'
import { eventually, suite } from '../support/suite.ts'
import { FakeSystemStore, keyHome } from './support/home.ts'

suite('the keys of a home', (test) => {
  test('stay the same when the home is opened again', async () => {
    const home = await keyHome()
    const first = await home.open()
    const { identity, valueKey } = await first.create('r1')
    const again = await home.open()
    assert.deepEqual(again.keysOf('r1'), { identity, valueKey })
    assert.deepEqual(again.home(), first.home())
    assert.equal(again.keysOf('r2'), undefined)
  })

  test('keep no memory alive beside their own bytes', async () => {
    const home = await keyHome()
    await (await home.open()).create('r1')
    const keys = (await home.open()).keysOf('r1')
    for (const key of [keys?.identity.secret, keys?.valueKey])
      assert.equal(key?.buffer.byteLength, 32)
  })

  test('lie on disk only wrapped, for this user alone', async () => {
    const home = await keyHome()
    const ring = await home.open({ wanted: 'system', system: new FakeSystemStore() })
    const { identity, valueKey } = await ring.create('r1')
    for (const name of await readdir(home.folder)) {
      const path = join(home.folder, name)
      assert.equal((await stat(path)).mode & 0o777, 0o600, name)
      const text = await readFile(path, 'utf8')
      for (const secret of [identity.secret, valueKey, ring.home().valueKey])
        for (const encoding of ['base64url', 'base64', 'hex'] as const)
          assert.ok(!text.includes(secret.toString(encoding)), name)
    }
  })

  test('no recording opens with the key of another', async () => {
    const home = await keyHome()
    const ring = await home.open()
    await ring.create('r1')
    await ring.create('r2')
    await rename(join(home.folder, 'r2.key.json'), join(home.folder, 'r1.key.json'))
    const again = await home.open()
    assert.throws(() => again.keysOf('r1'), { code: 'KEY_UNAVAILABLE' })
    assert.equal(again.problem, undefined)
  })

  test('a missing master key is never replaced by a new one', async () => {
    const home = await keyHome()
    const ring = await home.open()
    const keys = await ring.create('r1')
    const file = await home.masterFile()
    await rename(file, `${file}.away`)
    const without = await home.open()
    assert.match(without.problem?.message ?? '', /file of the master key is missing/)
    for (const act of [() => without.home(), () => without.keysOf('r1')])
      assert.throws(act, { code: 'KEY_UNAVAILABLE' })
    for (const act of ['create', 'destroy', 'discard'] as const)
      await assert.rejects(without[act]('r1'), { code: 'KEY_UNAVAILABLE' })
    await rename(`${file}.away`, file)
    await without.reload()
    assert.equal(without.problem, undefined)
    assert.deepEqual(without.keysOf('r1'), keys)
  })

  test('another master key in its place is refused', async () => {
    const home = await keyHome()
    await (await home.open()).create('r1')
    const other = await keyHome()
    await other.open()
    await writeFile(await home.masterFile(), await readFile(await other.masterFile()))
    const wrong = await home.open()
    assert.match(wrong.problem?.message ?? '', /not the one with which the home was sealed/)
  })

  test('lost folders of keys are not taken for a new home', async () => {
    const lostKeys = await keyHome()
    await lostKeys.open({ wanted: 'system', system: new FakeSystemStore() })
    await rm(lostKeys.folder, { recursive: true })
    assert.equal((await lostKeys.open()).problem?.code, 'KEY_UNAVAILABLE')

    const lostMaster = await keyHome()
    await (await lostMaster.open()).create('r1')
    await rm(lostMaster.descriptorFile)
    assert.equal((await lostMaster.open()).problem?.code, 'KEY_UNAVAILABLE')

    const lostBoth = await keyHome()
    await mkdir(join(lostBoth.recordingsFolder, 'r1'))
    await writeFile(join(lostBoth.recordingsFolder, 'r1', 'mic-000001.ogg.age'), 'sealed')
    assert.equal((await lostBoth.open()).problem?.code, 'KEY_UNAVAILABLE')
    assert.deepEqual(await readdir(lostBoth.folder), [])
  })

  test('a first start that was killed at any step is repeated', async () => {
    const home = await keyHome()
    await home.open()
    const files = await readdir(home.folder)
    // The descriptor is written last.
    await rm(home.descriptorFile)
    assert.equal((await home.open()).problem, undefined)
    await rm(home.descriptorFile)
    await rm(join(home.folder, 'home.key'))
    assert.equal((await home.open()).problem, undefined)
    assert.ok(files.includes('home.key'))
  })

  test('damaged files are one clear error, and stay as they are', async () => {
    for (const name of ['home.key', 'master-key.json', 'master']) {
      const home = await keyHome()
      await (await home.open()).create('r1')
      const path =
        name === 'master'
          ? await home.masterFile()
          : name === 'home.key'
            ? join(home.folder, name)
            : home.descriptorFile
      await writeFile(path, '{"version":1')
      const ring = await home.open()
      assert.equal(ring.problem?.code, 'KEY_UNAVAILABLE', name)
      assert.equal(await readFile(path, 'utf8'), '{"version":1', name)
    }
  })

  test('a key file that is damaged, or a folder, is named with what to do', async () => {
    const home = await keyHome()
    await (await home.open()).create('r1')
    const path = join(home.folder, 'r1.key.json')
    const ring = await home.open()
    await writeFile(path, '{')
    assert.throws(() => ring.keysOf('r1'), /keys\/r1\.key\.json is damaged.*backup/)
    await rm(path)
    await mkdir(path)
    assert.throws(() => ring.keysOf('r1'), /keys\/r1\.key\.json is damaged.*backup/)
    await (await ring.rotate(async () => {})).finished
    assert.equal((await home.open()).problem, undefined)
  })

  test('the destroyed key of a recording is overwritten and gone, with its draft', async () => {
    const home = await keyHome()
    const ring = await home.open()
    await ring.create('r1')
    const path = join(home.folder, 'r1.key.json')
    await writeFile(`${path}.new`, 'a draft')
    const held = await readFile(path)
    await link(path, join(home.folder, 'same-bytes'))
    await ring.destroy('r1')
    assert.deepEqual(
      (await readdir(home.folder)).filter((name) => name.startsWith('r1')),
      [],
    )
    assert.deepEqual(await readFile(join(home.folder, 'same-bytes')), Buffer.alloc(held.length))
    assert.equal(ring.keysOf('r1'), undefined)
    await ring.destroy('r1')
    assert.equal((await ring.status()).destroyed, 1)
  })

  test('are not remembered when somebody asks for them while they are destroyed', async () => {
    const home = await keyHome()
    const ring = await home.open()
    await ring.create('r1')
    let isDestroyed = false
    const destroyed = ring.destroy('r1').then(() => {
      isDestroyed = true
    })
    while (!isDestroyed) {
      try {
        ring.keysOf('r1')
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'KEY_UNAVAILABLE')
      }
      await new Promise(setImmediate)
    }
    await destroyed
    assert.equal(ring.keysOf('r1'), undefined)
  })

  test('what a killed daemon was writing is destroyed', async () => {
    const home = await keyHome()
    await home.open()
    await writeFile(join(home.folder, 'r1.key.json.new'), 'a draft')
    await home.open()
    assert.ok(!(await readdir(home.folder)).includes('r1.key.json.new'))
  })
})

suite('the place of the master key', (test) => {
  test('is the key store of the system when that works', async () => {
    const home = await keyHome()
    const system = new FakeSystemStore()
    const status = await (await home.open({ wanted: 'auto', system })).status()
    assert.deepEqual([status.masterKey?.place, status.fileReason], ['system', null])
    assert.equal(system.secrets.size, 1)
    assert.ok(!(await readdir(home.folder)).some((name) => name.startsWith('master-')))
  })

  test('is a file where there is no key store, and the reason is kept', async () => {
    const home = await keyHome()
    const system = new FakeSystemStore()
    system.fault = 'There is none.'
    const status = await (await home.open({ wanted: 'auto', system })).status()
    assert.deepEqual([status.masterKey?.place, status.fileReason], ['file', 'There is none.'])
  })

  test('is never a file when the key store is demanded', async () => {
    const home = await keyHome()
    const system = new FakeSystemStore()
    system.fault = 'There is none.'
    const ring = await home.open({ wanted: 'system', system })
    assert.equal(ring.problem?.message, 'There is none.')
    assert.deepEqual(await readdir(home.folder), [])
  })

  test('stays once it is chosen: a locked key store is waited for', async () => {
    const home = await keyHome()
    const system = new FakeSystemStore()
    await (await home.open({ wanted: 'auto', system })).create('r1')
    system.fault = 'It is locked.'
    const locked = await home.open({ wanted: 'auto', system })
    assert.equal(locked.problem?.message, 'It is locked.')
    system.fault = undefined
    await locked.reload()
    assert.ok(locked.keysOf('r1'))
  })

  test('a key store that waits for a person does not keep the keys from opening', async () => {
    const home = await keyHome()
    const system = new FakeSystemStore()
    let unlock = () => {}
    const unlocked = new Promise<void>((resolve) => {
      unlock = resolve
    })
    system.before = () => unlocked
    const ring = await home.open({ wanted: 'system', system })
    assert.match(ring.problem?.message ?? '', /not answered yet/)
    unlock()
    await eventually('usable keys', () => ring.problem === undefined)
  })
})
