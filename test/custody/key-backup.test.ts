import assert from 'node:assert/strict'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { backUpMasterKey, noteBackup, restoreMasterKey } from '../../src/custody/key-backup.ts'
import { readKeyStatus } from '../../src/custody/key-status.ts'
import { suite } from '../support/suite.ts'
import { FakeSystemStore, keyHome } from './support/home.ts'

const PASSPHRASE = 'a long enough passphrase'
const CHEAP = 4

suite('a backup of the master key', (test) => {
  test('restores it on another computer, into the place that works there', async () => {
    const home = await keyHome()
    const here = new FakeSystemStore()
    const keys = await (await home.open({ wanted: 'auto', system: here })).create('r1')
    const { file } = await backUpMasterKey(
      { ...home, wanted: 'auto', system: here },
      PASSPHRASE,
      CHEAP,
    )
    const there = new FakeSystemStore()
    const waiting = await home.open({ wanted: 'auto', system: there })
    assert.match(waiting.problem?.message ?? '', /has no master key for this home/)
    there.before = async (act) => {
      if (act === 'save') throw new Error('There is no key store.')
    }
    const { place } = await restoreMasterKey(
      { ...home, wanted: 'auto', system: there },
      file,
      PASSPHRASE,
    )
    assert.equal(place, 'file')
    await waiting.reload()
    assert.deepEqual(waiting.keysOf('r1'), keys)
    assert.equal((await waiting.status()).fileReason, 'There is no key store.')
  })

  test('opens with its passphrase only, and fits its own home only', async () => {
    const home = await keyHome()
    const keys = await (await home.open()).create('r1')
    const options = { ...home, wanted: 'file' } as const
    const { id, file } = await backUpMasterKey(options, PASSPHRASE, CHEAP)
    const path = await home.masterFile()
    const secret = await readFile(path, 'utf8')
    assert.ok(!file.includes(secret.trim()))
    await rm(path)
    await assert.rejects(restoreMasterKey(options, file, `${PASSPHRASE}!`), /passphrase is wrong/)
    await assert.rejects(restoreMasterKey(options, Buffer.from('text'), PASSPHRASE), /no backup/)
    assert.ok(!(await readdir(home.folder)).some((name) => name.startsWith('master-')))

    const stranger = await keyHome()
    await stranger.open()
    await assert.rejects(restoreMasterKey({ ...stranger, wanted: 'file' }, file, PASSPHRASE), {
      code: 'KEY_UNAVAILABLE',
      message: /not the one with which the home was sealed/,
    })
    const empty = await keyHome()
    await assert.rejects(restoreMasterKey({ ...empty, wanted: 'file' }, file, PASSPHRASE), {
      message: /folder keys first/,
    })

    const restored = await restoreMasterKey(options, file, PASSPHRASE)
    assert.deepEqual([restored.id, restored.place], [id, 'file'])
    assert.deepEqual((await home.open()).keysOf('r1'), keys)
  })

  test('of an old master key opens nothing after a rotation', async () => {
    const home = await keyHome()
    const ring = await home.open()
    await ring.create('erased')
    const options = { ...home, wanted: 'file' } as const
    const { file } = await backUpMasterKey(options, PASSPHRASE, CHEAP)
    await cp(home.folder, `${home.folder}.copy`, { recursive: true })
    await ring.destroy('erased')
    await (await ring.rotate(async () => {})).finished
    await assert.rejects(restoreMasterKey(options, file, PASSPHRASE), { code: 'KEY_UNAVAILABLE' })
    assert.equal((await home.open()).problem, undefined)
    // What the docs warn of: an old copy of the folder is opened by it.
    const copy = { ...home, folder: `${home.folder}.copy`, wanted: 'file' } as const
    await restoreMasterKey(
      { ...copy, descriptorFile: `${home.descriptorFile}.copy` },
      file,
      PASSPHRASE,
    )
  })

  test('is remembered until the master key is replaced', async () => {
    const home = await keyHome()
    const ring = await home.open()
    const options = { ...home, wanted: 'file' } as const
    assert.equal((await ring.status()).backedUpAt, null)
    const { id } = await backUpMasterKey(options, PASSPHRASE, CHEAP)
    await noteBackup(home.folder, id)
    assert.match((await readKeyStatus(options)).backedUpAt ?? '', /^20/)
    await (await ring.rotate(async () => {})).finished
    assert.equal((await ring.status()).backedUpAt, null)
  })

  test('the status without a daemon creates nothing', async () => {
    const home = await keyHome()
    const { masterKey, problem } = await readKeyStatus({ ...home, wanted: 'file' })
    assert.deepEqual([masterKey, problem], [null, null])
    assert.deepEqual(await readdir(home.folder), [])
    await home.open()
    const path = await home.masterFile()
    await writeFile(path, 'damaged')
    assert.match((await readKeyStatus({ ...home, wanted: 'file' })).problem ?? '', /damaged/)
    await writeFile(path, Buffer.alloc(32).toString('base64url'))
    assert.match((await readKeyStatus({ ...home, wanted: 'file' })).problem ?? '', /not the one/)
  })
})
