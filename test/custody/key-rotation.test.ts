import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HomeKeyRing } from '../../src/custody/home-key-ring.ts'
import { readKeyFile } from '../../src/custody/key-file.ts'
import { KeyRotation, type KeyRotationParts } from '../../src/custody/key-rotation.ts'
import type { RecordingKeys } from '../../src/custody/port.ts'
import { suite } from '../support/suite.ts'
import { FakeSystemStore, keyHome } from './support/home.ts'

type Home = Awaited<ReturnType<typeof keyHome>>

const IDS = Array.from({ length: 20 }, (_, index) => `r${index}`)
const nothing = async () => {}

async function withKeys(
  open: () => Promise<HomeKeyRing>,
): Promise<{ ring: HomeKeyRing; keys: RecordingKeys[] }> {
  const ring = await open()
  const keys: RecordingKeys[] = []
  for (const id of IDS) keys.push(await ring.create(id))
  return { ring, keys }
}

const keysOf = (ring: HomeKeyRing) => IDS.map((id) => ring.keysOf(id))

/** The ids of the master keys by which the keys are wrapped. */
async function wrappedBy({ folder }: Home): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.key\.json$|^home\.key$/.test(name))
  return [...new Set(names.map((name) => readKeyFile(join(folder, name))!.masterKey))]
}

suite('a rotation of the master key', (test) => {
  test('wraps every key by the new one, and destroys the old one', async () => {
    const home = await keyHome()
    const { ring, keys } = await withKeys(home.open)
    const old = await home.masterFile()
    const { masterKey: before } = await ring.status()
    const recorded: unknown[] = []
    const { finished } = await ring.rotate(async (done) => void recorded.push(done))
    await finished
    const { masterKey: after, rotation } = await ring.status()
    assert.equal(rotation, null)
    assert.notEqual(after?.id, before?.id)
    assert.deepEqual(recorded, [{ from: before?.id, to: after?.id, keys: IDS.length + 1 }])
    assert.deepEqual(await wrappedBy(home), [after?.id])
    assert.ok(!(await readdir(home.folder)).includes(old.split('/').at(-1)!))
    const again = await home.open()
    assert.deepEqual(keysOf(again), keys)
    assert.deepEqual(again.home(), ring.home())
  })

  const STEPS = ['save', 'descriptor', 'wrapping', 'destroy', 'record'] as const
  for (const step of STEPS)
    test(`that ends at the step “${step}” loses no key, and goes on`, async () => {
      const home = await keyHome()
      const system = new FakeSystemStore()
      const open = () => home.open({ wanted: 'system', system })
      const { ring, keys } = await withKeys(open)
      const draft = `${home.descriptorFile}.new`
      system.before = async (act) => {
        if (act === step) throw new Error('killed')
      }
      if (step === 'descriptor') await mkdir(draft)
      const rotating = ring.rotate(async () => {
        if (step === 'record') throw new Error('killed')
      })
      if (step === 'wrapping') await rotating.then(() => ring.close())
      await assert.rejects(rotating.then(({ finished }) => finished))
      await ring.close()

      system.before = async () => {}
      await rm(draft, { recursive: true, force: true })
      const again = await open()
      assert.deepEqual(keysOf(again), keys)
      const isOver = step === 'save' || step === 'descriptor'
      assert.equal((await again.status()).rotation === null, isOver)
      await (await again.rotate(nothing)).finished
      const { masterKey, rotation } = await again.status()
      assert.equal(rotation, null)
      assert.deepEqual(await wrappedBy(home), [masterKey?.id])
      // A secret that nothing names wraps nothing either.
      assert.equal(system.secrets.size, step === 'descriptor' ? 2 : 1)
      assert.deepEqual(keysOf(await open()), keys)
    })

  test('that is killed while the old master key is overwritten goes on', async () => {
    const home = await keyHome()
    const { ring, keys } = await withKeys(home.open)
    const old = await home.masterFile()
    const { finished } = await ring.rotate(async () => {
      throw new Error('killed')
    })
    await assert.rejects(finished)
    await ring.close()
    // The zeros are on disk before the file is removed.
    await writeFile(old, Buffer.alloc(44))
    const again = await home.open()
    assert.equal((await again.status()).problem, null)
    assert.deepEqual(keysOf(again), keys)
    await (await again.rotate(nothing)).finished
    assert.equal((await again.status()).rotation, null)
    assert.ok(!(await readdir(home.folder)).includes(old.split('/').at(-1)!))
  })

  test('a key made or destroyed meanwhile stays so', async () => {
    const home = await keyHome()
    const { ring } = await withKeys(home.open)
    const creating = ring.create('early')
    const { finished } = await ring.rotate(nothing)
    await Promise.all([
      creating,
      ring.create('late'),
      ...IDS.map((id) => ring.destroy(id)),
      finished,
    ])
    assert.deepEqual(await ring.recordings().then((ids) => ids.sort()), ['early', 'late'])
    const again = await home.open()
    assert.deepEqual(again.keysOf('early'), await creating)
    assert.ok(again.keysOf('late'))
    assert.deepEqual(await wrappedBy(home), [(await again.status()).masterKey?.id])
  })

  test('never works on a key file while another does, so that no destroyed key comes back', async () => {
    const rotation = new KeyRotation({} as KeyRotationParts)
    const steps: string[] = []
    const work = (name: string) =>
      rotation.exclusive(async () => {
        steps.push(`${name} begins`)
        await new Promise(setImmediate)
        steps.push(`${name} ends`)
        if (name === 'wrapping') throw new Error('failed')
      })
    await Promise.allSettled([work('wrapping'), work('destroying')])
    assert.deepEqual(steps, [
      ...['wrapping begins', 'wrapping ends'],
      ...['destroying begins', 'destroying ends'],
    ])
  })

  test('a damaged key file does not hold it up, and stays as it is', async () => {
    const home = await keyHome()
    const { ring } = await withKeys(home.open)
    const path = join(home.folder, 'r3.key.json')
    const { masterKey } = JSON.parse(await readFile(path, 'utf8'))
    const damaged = JSON.stringify({ version: 1, masterKey, wrapped: 'AAAA' })
    await writeFile(path, damaged)
    await (await ring.rotate(nothing)).finished
    assert.equal(await readFile(path, 'utf8'), damaged)
    assert.equal((await ring.status()).rotation, null)
  })

  test('two at the same time are one', async () => {
    const home = await keyHome()
    const { ring } = await withKeys(home.open)
    const files = (await readdir(home.folder)).length
    const both = await Promise.all([ring.rotate(nothing), ring.rotate(nothing)])
    await Promise.all(both.map(({ finished }) => finished))
    assert.equal((await readdir(home.folder)).length, files)
  })
})
