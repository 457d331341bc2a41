import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptAge } from '../../../src/age/sealer.ts'
import type { DesktopChange } from '../../../src/contract/desktop.ts'
import { readKeyFile } from '../../../src/custody/key-file.ts'
import type { KeyRing } from '../../../src/custody/port.ts'
import { keyHome } from '../../custody/support/home.ts'
import { latch } from '../../support/latch.ts'
import { eventually, suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from './support/custody-bench.ts'

/** The keys of a home, opened anew with each recorder. Everything goes to the newest. */
async function keysInFiles() {
  const home = await keyHome()
  let ring = await home.open()
  const keys = new Proxy({} as KeyRing, {
    get(_, name) {
      const value = Reflect.get(ring, name, ring)
      return typeof value === 'function' ? value.bind(ring) : value
    },
  })
  const reopen = async (): Promise<void> => {
    await ring.close()
    ring = await home.open()
  }
  return { ...home, keys, reopen }
}

suite('acts of custody at the same time', (test) => {
  test('a command on a closed recording while a hold on it is being written is refused, and what is recorded goes on', async () => {
    const custody = await CustodyBench.create()
    const { bench } = custody
    const id = await custody.closed()
    await bench.command('api', 'recording.start')
    const held = custody.hold(id)
    const refused = [
      bench.command('api', 'recording.tag', { tags: { late: true } }, { recordingId: id }),
      bench.recorder.recordScopeRefusal({
        ...{ name: 'recording.tag', recordingId: id, by: ADMIN },
        detail: 'The request needs a credential with the scope `tag`.',
      }),
    ] as const
    const [tagged, lackedScope] = await Promise.allSettled(refused)
    assert.equal((await held).holds.length, 1)
    assert.equal(tagged.status === 'rejected' && tagged.reason.code, 'RECORDING_CLOSED')
    assert.equal(lackedScope.status, 'fulfilled')
    assert.equal(bench.platform.capturing, 3)
    await bench.crash()
    assert.equal(bench.recorder.log.status, 'verified')
    await bench.dispose()
  })

  test('a lock, and consent that is withdrawn, on a slow disk: nothing goes on, and nobody is answered before it is on disk', async () => {
    let change: (change: DesktopChange) => void = () => {}
    const custody = await CustodyBench.create(
      {
        watchDesktop: (onChange) => {
          change = onChange
          return { problem: async () => null, close: async () => {} }
        },
      },
      {
        consent: { mode: 'record', eraseWhenWithdrawn: true },
        lock: { pause: ['mic', 'screen'], resume: true },
      },
    )
    const { bench } = custody
    const { id } = await bench.command('api', 'recording.start')
    const disk = latch()
    bench.gate = () => disk.opened
    change({ type: 'locked' })
    const words = { state: 'withdrawn', method: 'spoken' } as const
    let isAnswered = false
    const withdrawn = bench.command('ui', 'recording.consent', words).finally(() => {
      isAnswered = true
    })
    change({ type: 'unlocked' })
    assert.equal(bench.platform.capturing, 0)
    await new Promise(setImmediate)
    assert.equal(isAnswered, false)
    bench.gate = undefined
    disk.open()
    assert.equal((await withdrawn).erased?.cause, 'consentWithdrawn')
    await eventually('the unlocking in the log', async () =>
      (await bench.events()).some(({ type }) => type === 'desktop.unlocked'),
    )
    assert.equal(bench.platform.capturing, 0)
    assert.equal(bench.keys.keysOf(id), undefined)
    const types = await custody.types(id)
    assert.ok(!types.includes('track.resuming'), types.join())
    await bench.crash()
    assert.equal(bench.recorder.log.status, 'verified')
    await bench.dispose()
  })

  test('a key that is lost while the disk is full: nothing is erased or recorded, and the key may come back', async () => {
    const home = await keysInFiles()
    let free = 1e12
    const custody = await CustodyBench.create({
      keys: home.keys,
      readFreeBytes: async () => free,
    })
    const { bench } = custody
    bench.platform.isSealed = true
    const id = await custody.closed({ customer: 'Erika Mustermann' })
    const sealed = encryptAge(Buffer.from('spoken'), [home.keys.keysOf(id)!.identity.recipient])
    await writeFile(join(custody.folderOf(id), 'mic-1.ogg.age'), sealed)
    const keyFile = join(home.folder, `${id}.key.json`)
    await rename(keyFile, `${keyFile}.lost`)
    await home.reopen()
    await bench.restart()
    free = 0
    const [segment] = (await bench.recorder.log.segments(id, { limit: 9 })).items
    const open = () => bench.recorder.openMedia(id, segment!)
    await assert.rejects(open, { code: 'KEY_UNAVAILABLE' })
    const { keyMissing, tags } = await bench.recorder.recording(id, 'api')
    assert.deepEqual([keyMissing, tags], [true, []])
    await eventually('a full disk', async () =>
      (await bench.recorder.readiness([])).checks.some(
        (check) => check.id === 'disk' && check.result === 'fail',
      ),
    )
    await assert.rejects(bench.command('api', 'recording.start'), { code: 'STORAGE_FULL' })
    bench.gate = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    await assert.rejects(custody.erase(id))
    assert.ok(existsSync(join(custody.folderOf(id), 'mic-1.ogg.age')))
    assert.equal((await bench.recorder.recording(id, 'api')).erased, null)

    bench.gate = undefined
    free = 1e12
    await rename(`${keyFile}.lost`, keyFile)
    await eventually('an open log', () => bench.recorder.log.status === 'verified')
    await home.reopen()
    await bench.restart()
    const media = await open()
    const spoken = Buffer.alloc(6)
    await media.read(spoken, 0, 6, 0)
    await media.close()
    assert.equal(String(spoken), 'spoken')

    // A key that was away during the erasure destroys nothing of it when it comes back.
    await rename(keyFile, `${keyFile}.lost`)
    await home.reopen()
    assert.equal((await custody.erase(id)).erased?.cause, 'request')
    await rename(`${keyFile}.lost`, keyFile)
    await home.reopen()
    await bench.restart()
    await eventually('a key that is destroyed', () => !existsSync(keyFile))
    await assert.rejects(open, { code: 'ERASED' })
    assert.doesNotMatch(JSON.stringify(await bench.events()), /Mustermann/)
    await bench.dispose()
  })

  test('rotations of the master key beside starts: all recordings can be read, and only by the newest key', async () => {
    const home = await keysInFiles()
    const custody = await CustodyBench.create({ keys: home.keys })
    const { bench } = custody
    const masterKey = async () => (await home.keys.status()).masterKey?.id
    const first = await masterKey()
    const customers = new Map<string, string>()
    for (const turns of [0, 1, 2, 4, 8]) {
      const customer = `customer ${turns}`
      const starting = bench.command('api', 'recording.start', { tags: { customer } })
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      const [{ id }] = await Promise.all([starting, bench.recorder.rotateKeys(ADMIN)])
      customers.set(id, customer)
      await bench.command('api', 'track.stop')
      await bench.command('api', 'recording.close')
      await eventually(
        'a rotation that is over',
        async () => (await home.keys.status()).rotation === null,
      )
    }
    await home.reopen()
    await bench.crash()
    const newest = await masterKey()
    assert.notEqual(newest, first)
    for (const [id, customer] of customers) {
      assert.equal(readKeyFile(join(home.folder, `${id}.key.json`))?.masterKey, newest)
      const { tags } = await bench.recorder.recording(id, 'api')
      assert.equal(tags.find(({ key }) => key === 'customer')?.value, customer)
    }
    assert.equal(bench.recorder.log.status, 'verified')
    assert.equal((await custody.erase([...customers.keys()][0]!)).erased?.cause, 'request')
    await bench.dispose()
  })
})
