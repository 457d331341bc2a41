import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DISK_MARK,
  RecordingsDisk,
  type RecordingsDiskOptions,
} from '../../../src/recorder/disk/recordings-disk.ts'
import { suite } from '../../support/suite.ts'

type Log = RecordingsDiskOptions['log']

suite('the disk of the recordings', (test) => {
  let home: string
  let folder: string
  let faults: unknown[]
  /** The closed recordings of the log, newest first, and those with an unfinished file. */
  let closed: string[]
  let unfinished: string[]
  let erasing: string[]
  /** The recordings that have keys. */
  let keys: string[]
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-recordings-disk-'))
    folder = join(home, 'recordings')
    await mkdir(folder)
    ;[faults, closed, unfinished, erasing, keys] = [[], [], [], [], []]
  })
  test.afterEach(() => rm(home, { recursive: true, force: true }))

  const log = {
    async *closedRecordings() {
      for (const id of closed) yield { id }
    },
    segments: async (id: string) => ({ items: id.startsWith('empty') ? [] : [{}], cursor: null }),
    unfinishedFiles: () => unfinished.map((recordingId) => ({ recordingId })),
    unfinishedErasures: () => erasing.map((recordingId) => ({ recordingId })),
    openRecordings: () => unfinished.map((id) => ({ id })),
    hasRecording: async (id: string) => [...closed, ...unfinished].includes(id),
  } as unknown as Log
  const disk = () =>
    new RecordingsDisk({
      ...{ recordingsFolder: folder, log, keys: { recordings: async () => keys } },
      onFault: (_what, error) => faults.push(error),
    })
  const isMarked = () => existsSync(join(folder, DISK_MARK))
  const withFiles = async (...ids: string[]) => {
    for (const id of ids) await mkdir(join(folder, id))
  }

  test('is marked when nothing was recorded yet', async () => {
    assert.equal(await disk().isThere(), true)
    assert.ok(isMarked())
  })

  test('is known by its mark alone, whatever was removed from it', async () => {
    await disk().isThere()
    closed = ['newer', 'older']
    assert.equal(await disk().isThere(), true)
    await disk().assertDiskOf('newer')
  })

  test('without a mark is known by most of its newest recordings, and is marked', async () => {
    closed = ['a', 'empty', 'b', 'c']
    await withFiles('a', 'b')
    const one = disk()
    const all = await Promise.all([one.isThere(), one.isThere()])
    assert.deepEqual([all, isMarked(), faults], [[true, true], true, []])
  })

  test('is missing while none of its recordings is there, but for one made meanwhile', async () => {
    await disk().isThere()
    closed = ['old']
    await withFiles('old')
    await rename(folder, `${folder}.unmounted`)
    await mkdir(folder)
    const one = disk()
    await assert.rejects(one.assertDiskOf('old'), { code: 'STORAGE_UNAVAILABLE' })
    closed = ['new', 'old']
    await withFiles('new')
    assert.equal(await one.isThere(), false)
    await one.assertDiskOf('new')
    assert.equal(isMarked(), false)
    await rm(folder, { recursive: true })
    await rename(`${folder}.unmounted`, folder)
    assert.equal(await one.isThere(), true)
    await one.assertDiskOf('removed by hand')
  })

  test('is missing when the only recording that the log knows is unfinished, and not there', async () => {
    unfinished = ['first']
    await assert.rejects(disk().assertDiskOf('first'), { code: 'STORAGE_UNAVAILABLE' })
  })

  test('is missing when all recordings of the log are being erased, and none is there', async () => {
    erasing = ['first', 'second']
    assert.equal(await disk().isThere(), false)
    await withFiles('first', 'second')
    assert.equal(await disk().isThere(), true)
  })

  test('is not marked while keys tell of recordings that it lacks, and the log does not know', async () => {
    keys = ['newer']
    assert.deepEqual([await disk().isThere(), isMarked()], [true, false])
    closed = ['old']
    await withFiles('old')
    assert.deepEqual([await disk().isThere(), isMarked()], [true, false])
    await withFiles('newer')
    assert.deepEqual([await disk().isThere(), isMarked()], [true, true])
  })

  test('is marked although a closed recording was removed from it by hand', async () => {
    ;[closed, keys] = [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]
    await withFiles('a', 'b')
    assert.deepEqual([await disk().isThere(), isMarked()], [true, true])
  })

  test('that takes no mark is told, and used all the same', async () => {
    await mkdir(join(folder, `${DISK_MARK}.new`))
    assert.equal(await disk().isThere(), true)
    assert.equal(faults.length, 1)
  })
})
