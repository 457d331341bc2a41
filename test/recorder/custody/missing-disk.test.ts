import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Retention } from '../../../src/recorder/custody/retention.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

suite('the erasure of recordings whose files are not there', (test) => {
  let custody: CustodyBench
  test.afterEach(() => custody.bench.dispose())

  const recordings = () => join(custody.bench.folder, 'recordings')
  const elsewhere = () => join(custody.bench.folder, 'elsewhere')
  const isErased = async (id: string) => (await custody.types(id)).includes('recording.erased')
  const problems = async () => (await custody.bench.recorder.application('api')).errors

  /** Only the empty folder is there on which the disk was mounted. */
  async function unmount(): Promise<void> {
    await rename(recordings(), elsewhere())
    await mkdir(recordings())
  }

  async function mount(): Promise<void> {
    await rm(recordings(), { recursive: true })
    await rename(elsewhere(), recordings())
  }

  test('says that it goes on, and is completed when the disk is there again', async () => {
    custody = await CustodyBench.create()
    const id = await custody.closed()
    await unmount()
    // What is recorded meanwhile is no sign that the disk is there.
    await custody.closed()
    const error = await custody.erase(id).then(
      () => undefined,
      (reason) => reason,
    )
    assert.equal(error?.code, 'STORAGE_UNAVAILABLE')
    assert.equal(await isErased(id), false)
    const codes = async () => (await problems()).map(({ code }) => code).join()
    await eventually('the warning', async () => (await codes()).startsWith('DISK_MISSING'))
    const [, problem] = await problems()
    assert.equal(problem?.code, 'STORAGE_UNAVAILABLE')
    assert.match(problem.message, /being erased.* Is the disk of the recordings mounted\?$/)
    await mount()
    await eventually('the erasure', () => isErased(id))
    assert.equal(existsSync(custody.folderOf(id)), false)
    await eventually('the end of the warning', async () => (await codes()) === '')
    const erased = (await custody.bench.events()).filter(({ type }) => type === 'recording.erased')
    assert.deepEqual(
      erased.map(({ data }) => (data as { files: number }).files),
      [2],
    )
  })

  test('is completed by the next start, where the disk is there', async () => {
    custody = await CustodyBench.create()
    const id = await custody.closed()
    await unmount()
    await assert.rejects(custody.erase(id), { code: 'STORAGE_UNAVAILABLE' })
    await custody.bench.restart()
    assert.equal(await isErased(id), false)
    await mount()
    await custody.bench.restart()
    await eventually('the erasure', () => isErased(id))
    assert.equal(existsSync(custody.folderOf(id)), false)
  })

  test('by retention, of many, leaves none of their files', async () => {
    custody = await CustodyBench.create()
    const ids = []
    for (let i = 0; i < 5; i++) ids.push(await custody.closed())
    await unmount()
    const rules = [{ name: 'at once', keepDays: 0 }]
    custody.rules = { ...custody.rules, retention: { rules, minDays: 0, maxDays: null } }
    await (custody.bench.recorder.retention as Retention).check()
    const erasing = (await custody.bench.events()).filter(
      ({ type }) => type === 'recording.erasing',
    )
    assert.equal(erasing.length, 5)
    for (const id of ids) assert.equal(await isErased(id), false)
    await mount()
    for (const id of ids) await eventually('each erasure', () => isErased(id))
    for (const id of ids) assert.equal(existsSync(custody.folderOf(id)), false)
  })

  test('is complete when somebody has removed the files, and the disk is there', async () => {
    custody = await CustodyBench.create()
    const id = await custody.closed()
    await rm(custody.folderOf(id), { recursive: true })
    assert.notEqual((await custody.erase(id)).erased, null)
  })

  test('lasts: files and key that come back with an old backup are gone after the next start', async () => {
    custody = await CustodyBench.create()
    const { bench } = custody
    const [id, other] = [await custody.closed(), await custody.closed()]
    await cp(recordings(), elsewhere(), { recursive: true })
    await custody.erase(id)
    await cp(elsewhere(), recordings(), { recursive: true })
    await bench.keys.create(id)
    await bench.restart()
    await eventually('removed files', () => !existsSync(custody.folderOf(id)))
    await eventually('a destroyed key', () => bench.keys.keysOf(id) === undefined)
    assert.ok(existsSync(custody.folderOf(other)))
  })
})
