import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cache } from '../../src/composition/cache.ts'
import { type Plan, planOf } from '../../src/composition/plan.ts'
import type { ComposedFile, CompositionRequest } from '../../src/composition/port.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { recordingOf, segmentOf } from './support/recordings.ts'

const SEGMENTS = [segmentOf('mic', 1, 0, 1_000)]
const EXPORT: CompositionRequest = { kind: 'export', gaps: 'fill', audio: 'mix' }

function plan(
  request: CompositionRequest = EXPORT,
  tags: { key: string; value: string; at: string }[] = [],
): Plan {
  const recording = recordingOf(SEGMENTS, 1_000)
  return planOf({ ...recording, tagHistory: tags }, SEGMENTS, request, '1.2.3')
}

const marker = (value: string) => [{ key: 'marker', value, at: '2026-01-31T09:00:00.500Z' }]

suite('the cache of composed files', (test) => {
  let folder: string
  let cache: Cache
  let freeBytes: number
  let faults: string[]
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-cache-'))
    freeBytes = 1e12
    faults = []
    const limits = { totalBytes: 1_000, reserveBytes: 5_000_000 }
    cache = new Cache(
      folder,
      limits,
      (what) => faults.push(what),
      async () => freeBytes,
    )
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  async function keep(wanted: Plan, bytes = 400): Promise<ComposedFile> {
    const work = await cache.workFolder()
    const path = join(work.folder, 'composed.part')
    await writeFile(path, Buffer.alloc(bytes, wanted.key))
    const file = await cache.keep(wanted, path, new AbortController().signal)
    await work.release()
    return file
  }

  const names = async (): Promise<string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  test('finds what it keeps, under a name without anything personal, and nothing else', async () => {
    assert.equal(await cache.find(plan()), undefined)
    const kept = await keep(plan())
    assert.deepEqual(await cache.find(plan()), kept)
    assert.equal(kept.name, 'recording-1-export-fill-mix.mp4')
    assert.equal(
      await cache.find(plan(EXPORT, marker('loan'))),
      undefined,
      'other chapters, another file',
    )
    assert.equal(await cache.find(plan({ ...EXPORT, gaps: 'cut' })), undefined)
    assert.equal((await stat(join(folder, 'recording-1'))).mode & 0o777, 0o700)
  })

  test('replaces an older version of the same file, and leaves others', async () => {
    await keep(plan({ ...EXPORT, gaps: 'cut' }), 100)
    await keep(plan(), 100)
    const newer = await keep(plan(EXPORT, marker('loan')), 100)
    assert.equal((await names()).length, 2)
    assert.deepEqual(await cache.find(plan(EXPORT, marker('loan'))), newer)
    assert.equal(await cache.find(plan()), undefined)
  })

  test('makes room by giving up what was not used for longest', async () => {
    const old = await keep(plan())
    const used = await keep(plan({ kind: 'track', medium: 'mic' }))
    await utimes(old.path, 1, 1)
    await utimes(used.path, 2, 2)
    // Whoever asks for the older one makes it the one that was used last.
    await cache.find(plan())
    await cache.claim(500)
    assert.deepEqual(await cache.find(plan()), old)
    assert.equal(await cache.find(plan({ kind: 'track', medium: 'mic' })), undefined)
  })

  test('leaves the reserve and a margin free, and removes nothing where that would not do', async () => {
    const kept = await keep(plan())
    const least = 5_000_000 + 64 * 1_048_576
    freeBytes = least + 499
    const none = (error: unknown) => error instanceof RecorderError && error.code === 'STORAGE_FULL'
    await assert.rejects(cache.claim(1_000), none)
    assert.deepEqual(await cache.find(plan()), kept, 'its 400 bytes would not have been enough')
    const giveBack = await cache.claim(499)
    assert.deepEqual(await cache.find(plan()), kept)
    await assert.rejects(cache.claim(450), none)
    giveBack()
    await cache.claim(450)
    freeBytes = 0
    await assert.rejects(
      cache.claim(1e12),
      (error) => none(error) && /10000\d\d MB more/.test((error as Error).message),
    )
  })

  test('gives way to what records, and never is the reason that it does not', async () => {
    const kept = await keep(plan())
    await cache.giveWay()
    assert.equal(await cache.find(plan()), undefined)
    await assert.rejects(stat(kept.path))
    await rm(folder, { recursive: true })
    await writeFile(folder, 'no folder')
    await cache.giveWay()
  })

  test('takes a file in though an older one cannot be removed', async () => {
    const old = await keep(plan())
    await rm(old.path)
    // What is a folder is not removed as a file is.
    await mkdir(old.path)
    const newer = await keep(plan(EXPORT, marker('loan')))
    assert.deepEqual(await cache.find(plan(EXPORT, marker('loan'))), newer)
    assert.deepEqual(faults, ['removing a composed file'])
  })

  test('takes nothing in that nobody wants any more', async () => {
    const { folder: work } = await cache.workFolder()
    const path = join(work, 'composed.part')
    await writeFile(path, Buffer.alloc(400))
    await assert.rejects(cache.keep(plan(), path, AbortSignal.abort(new Error('gone'))))
    assert.deepEqual(await names(), ['composed.part'])
    const gone = cache.keep(plan(), join(work, 'not read'), AbortSignal.abort())
    await assert.rejects(gone, { name: 'AbortError' })
  })

  test('removes what a killed recorder left half-made', async () => {
    const work = await cache.workFolder()
    await writeFile(join(work.folder, 'composed.part'), 'half')
    const kept = await keep(plan())
    await cache.tidy()
    assert.deepEqual(await names(), [kept.path.split('/').at(-1)])
  })
})
