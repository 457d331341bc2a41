import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cache } from '../../src/composition/cache.ts'
import { type Plan, planOf } from '../../src/composition/plan.ts'
import type { ComposedFile, CompositionRequest } from '../../src/composition/port.ts'
import { RecorderError } from '../../src/events/errors.ts'
import { suite } from '../support/suite.ts'
import { recordingOf, segmentOf } from './support/recordings.ts'

const SEGMENTS = [segmentOf('mic', 1, 0, 1_000)]
const EXPORT: CompositionRequest = { kind: 'export', gaps: 'fill', audio: 'mix' }

function plan(request: CompositionRequest = EXPORT, tags: { key: string; value: string; at: string }[] = []): Plan {
  const recording = recordingOf(SEGMENTS, 1_000)
  return planOf({ ...recording, tagHistory: tags }, SEGMENTS, request, '1.2.3')
}

const marker = (value: string) => [{ key: 'marker', value, at: '2026-01-31T09:00:00.500Z' }]

suite('the cache of composed files', (test) => {
  let folder: string
  let cache: Cache
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-cache-'))
    cache = new Cache(folder, { totalBytes: 1_000 })
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  async function keep(wanted: Plan, bytes = 400): Promise<ComposedFile> {
    const work = await cache.workFolder()
    const path = join(work.folder, 'composed.part')
    await writeFile(path, Buffer.alloc(bytes, wanted.key))
    const file = await cache.keep(wanted, path)
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
    assert.equal(await cache.find(plan(EXPORT, marker('loan'))), undefined, 'other chapters, another file')
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
    await cache.makeRoom(500)
    assert.deepEqual(await cache.find(plan()), old)
    assert.equal(await cache.find(plan({ kind: 'track', medium: 'mic' })), undefined)
  })

  test('says how much is missing on a disk that is too small', async () => {
    await assert.rejects(
      cache.makeRoom(1e18),
      (error) => error instanceof RecorderError && error.code === 'STORAGE_FULL' && /\d+ MB more/.test(error.message),
    )
  })

  test('removes what a killed recorder left half-made', async () => {
    const work = await cache.workFolder()
    await writeFile(join(work.folder, 'composed.part'), 'half')
    const kept = await keep(plan())
    await cache.tidy()
    assert.deepEqual(await names(), [kept.path.split('/').at(-1)])
  })
})
