import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cache } from '../../src/composition/cache.ts'
import { type CompositionPlan, planComposition } from '../../src/composition/composition-plan.ts'
import type { ComposedFile, CompositionRequest } from '../../src/composition/port.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { recordingOf, segmentOf } from './support/recordings.ts'

const SEGMENTS = [segmentOf('mic', 1, 0, 1_000)]
const EXPORT: CompositionRequest = { kind: 'export', gaps: 'fill', audio: 'mix' }

function plan(
  request: CompositionRequest = EXPORT,
  tags: { key: string; value: string; at: string }[] = [],
): CompositionPlan {
  const recording = recordingOf(SEGMENTS, 1_000)
  return planComposition({ ...recording, tagHistory: tags }, SEGMENTS, request, '1.2.3')
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

  async function put(wanted: CompositionPlan, bytes = 400): Promise<ComposedFile> {
    const context = await cache.createWorkFolder()
    const path = join(context.folder, 'composed.part')
    await writeFile(path, Buffer.alloc(bytes, wanted.key))
    const file = await cache.put(wanted, path, new AbortController().signal)
    await context.release()
    return file
  }

  const names = async (): Promise<string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  test('finds a stored file by its plan, private to the user, under a name without personal data', async () => {
    assert.equal(await cache.get(plan()), undefined)
    const kept = await put(plan())
    assert.deepEqual(await cache.get(plan()), kept)
    assert.equal(kept.name, 'recording-1-export-fill-mix.mp4')
    assert.equal(
      await cache.get(plan(EXPORT, marker('loan'))),
      undefined,
      'other chapters, another file',
    )
    assert.equal(await cache.get(plan({ ...EXPORT, gaps: 'cut' })), undefined)
    assert.equal((await stat(join(folder, 'recording-1'))).mode & 0o777, 0o700)
  })

  test('replaces an older version of the same file, and keeps other files', async () => {
    await put(plan({ ...EXPORT, gaps: 'cut' }), 100)
    await put(plan(), 100)
    const newer = await put(plan(EXPORT, marker('loan')), 100)
    assert.equal((await names()).length, 2)
    assert.deepEqual(await cache.get(plan(EXPORT, marker('loan'))), newer)
    assert.equal(await cache.get(plan()), undefined)
  })

  test('makes room by removing the least recently used file', async () => {
    const old = await put(plan())
    const used = await put(plan({ kind: 'track', medium: 'mic' }))
    await utimes(old.path, 1, 1)
    await utimes(used.path, 2, 2)
    // A request for the older one makes it the one used last.
    await cache.get(plan())
    await cache.claim(500)
    assert.deepEqual(await cache.get(plan()), old)
    assert.equal(await cache.get(plan({ kind: 'track', medium: 'mic' })), undefined)
  })

  test('leaves the reserve and a margin free, and removes nothing where that would not be enough', async () => {
    const kept = await put(plan())
    const least = 5_000_000 + 64 * 1_048_576
    freeBytes = least + 499
    const none = (error: unknown) => error instanceof RecorderError && error.code === 'STORAGE_FULL'
    await assert.rejects(cache.claim(1_000), none)
    assert.deepEqual(await cache.get(plan()), kept, 'its 400 bytes would not have been enough')
    const release = await cache.claim(499)
    assert.deepEqual(await cache.get(plan()), kept)
    await assert.rejects(cache.claim(450), none)
    release()
    await cache.claim(450)
    freeBytes = 0
    await assert.rejects(
      cache.claim(1e12),
      (error) => none(error) && /10000\d\d MB more/.test((error as Error).message),
    )
  })

  test('leaves its space to recording when it is cleared, and never fails at it', async () => {
    const kept = await put(plan())
    await cache.clear()
    assert.equal(await cache.get(plan()), undefined)
    await assert.rejects(stat(kept.path))
    await rm(folder, { recursive: true })
    await writeFile(folder, 'no folder')
    await cache.clear()
  })

  test('stores a file although an older one cannot be removed', async () => {
    const old = await put(plan())
    await rm(old.path)
    // A folder cannot be removed like a file.
    await mkdir(old.path)
    const newer = await put(plan(EXPORT, marker('loan')))
    assert.deepEqual(await cache.get(plan(EXPORT, marker('loan'))), newer)
    assert.deepEqual(faults, ['removing a composed file'])
  })

  test('stores no file that no client waits for any more', async () => {
    const { folder: context } = await cache.createWorkFolder()
    const path = join(context, 'composed.part')
    await writeFile(path, Buffer.alloc(400))
    await assert.rejects(cache.put(plan(), path, AbortSignal.abort(new Error('gone'))))
    assert.deepEqual(await names(), ['composed.part'])
    const gone = cache.put(plan(), join(context, 'not read'), AbortSignal.abort())
    await assert.rejects(gone, { name: 'AbortError' })
  })

  test('removes the unfinished files of a killed recorder', async () => {
    const context = await cache.createWorkFolder()
    await writeFile(join(context.folder, 'composed.part'), 'half')
    const kept = await put(plan())
    await cache.removeUnfinished()
    assert.deepEqual(await names(), [kept.path.split('/').at(-1)])
  })
})
