import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewEvent } from '../../src/contract/events.ts'
import { HomeKeyRing } from '../../src/custody/home-key-ring.ts'
import { missingSigningKey } from '../../src/recorder/custody/signing-key.ts'
import { openEventLog } from '../../src/store/event-log.ts'
import { daemonStarted } from '../store/support/history.ts'
import { suite } from '../support/suite.ts'
import { keyHome } from './support/home.ts'

const MESSAGE = Buffer.from('a checkpoint')

function isSignedBy(publicKey: Buffer, signature: Buffer): boolean {
  const key = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') }
  return verify(null, MESSAGE, createPublicKey({ key, format: 'jwk' }), signature)
}

const signingFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('signing-'))

suite('keys that sign the log', (test) => {
  test('sign, also after the home is opened again', async () => {
    const home = await keyHome()
    const { publicKey, sign } = await (await home.open()).signing.create()
    assert.ok(isSignedBy(publicKey, sign(MESSAGE)))
    const again = (await home.open()).signing.find(publicKey)
    assert.ok(again && isSignedBy(publicKey, again.sign(MESSAGE)))
  })

  test('lie on the disk only wrapped by the master key', async () => {
    const home = await keyHome()
    const key = await (await home.open()).signing.create()
    const { secret } = key as unknown as { secret: Buffer }
    assert.equal(secret.length, 32)
    const [file = ''] = await signingFiles(home.folder)
    const bytes = await readFile(join(home.folder, file))
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      assert.ok(!bytes.includes(secret.toString(encoding)))
    assert.ok(!bytes.includes(secret))
  })

  test('survive a rotation of the master key, and are no keys of recordings', async () => {
    const home = await keyHome()
    const ring = await home.open()
    const { publicKey } = await ring.signing.create()
    await (await ring.rotate(async () => {})).finished
    assert.ok(ring.signing.find(publicKey))
    const again = await home.open()
    assert.ok(again.signing.find(publicKey))
    assert.deepEqual(await again.recordings(), [])
  })

  test('that are replaced are destroyed', async () => {
    const home = await keyHome()
    const { signing } = await home.open()
    const [former, current] = [await signing.create(), await signing.create()]
    await signing.keepOnly(current.publicKey)
    assert.equal(signing.find(former.publicKey), undefined)
    assert.ok(signing.find(current.publicKey))
    assert.equal((await signingFiles(home.folder)).length, 1)
  })

  test('count as lost when their file is damaged: the recorder starts with another', async () => {
    const home = await keyHome()
    const { publicKey } = await (await home.open()).signing.create()
    const [name = ''] = await signingFiles(home.folder)
    const file = join(home.folder, name)
    const text = await readFile(file, 'utf8')
    const other = (start: string, first: string) => start + (first === '_' ? '-' : '_')
    const altered = text.replace(/("wrapped":")(.)/, (_, start, first) => other(start, first))
    for (const damaged of [altered, text.slice(0, 40), '']) {
      await writeFile(file, damaged)
      assert.equal((await home.open()).signing.find(publicKey), undefined)
    }
    await rm(file)
    await mkdir(file)
    assert.equal((await home.open()).signing.find(publicKey), undefined)
    await rm(file, { recursive: true })
    await writeFile(file, text)
    assert.ok((await home.open()).signing.find(publicKey))
  })

  test('sign the log that names them first, although their file cannot be read', async () => {
    const home = await keyHome()
    const keys = await home.open()
    const log = await openEventLog({ keys, folder: join(home.folder, 'log') })
    const fact = await missingSigningKey(log, keys)
    const [name = ''] = await signingFiles(home.folder)
    const file = join(home.folder, name)
    const text = await readFile(file, 'utf8')
    await writeFile(file, '')
    const data = fact as NonNullable<typeof fact>
    const event = { ...daemonStarted(), type: 'signingKey.changed', data } as NewEvent
    await log.append({ events: [event] }).committed
    await log.close()
    await writeFile(file, text)
    const again = await openEventLog({ keys: await home.open(), folder: join(home.folder, 'log') })
    assert.equal(again.proofs.checkpoint?.size, 1)
    await again.close()
  })

  test('need the master key', async () => {
    const home = await keyHome()
    const { publicKey } = await (await home.open()).signing.create()
    const { signing } = new HomeKeyRing({ ...home, wanted: 'file' })
    const isUnavailable = { code: 'KEY_UNAVAILABLE' }
    assert.throws(() => signing.find(publicKey), isUnavailable)
    await assert.rejects(signing.create(), isUnavailable)
    await assert.rejects(signing.keepOnly(publicKey), isUnavailable)
  })
})
