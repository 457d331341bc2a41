import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Cache } from '../../src/composition/cache.ts'
import {
  type CompositionPlan,
  planComposition,
} from '../../src/composition/plan/composition-plan.ts'
import type { ComposedFile, CompositionRequest } from '../../src/composition/port.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { eventually, suite } from '../support/suite.ts'
import { IDENTITY, writeSealedFile } from './support/context.ts'
import { recordingOf, segmentOf } from './support/recordings.ts'

/** How much longer a sealed file is. */
const SEAL_BYTES = 200 + 16

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

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
      { onFault: (what) => faults.push(what), identityOf: async () => IDENTITY },
      async () => freeBytes,
    )
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  async function put(wanted: CompositionPlan, bytes = 400): Promise<ComposedFile> {
    const context = await cache.createWorkFolder()
    const path = join(context.folder, 'composed.part')
    const media = Buffer.alloc(bytes - SEAL_BYTES, wanted.key)
    await writeSealedFile(path, media)
    const file = await cache.put(wanted, path, hashOf(media))
    await context.release()
    return file
  }

  /** The path of a stored file. */
  async function pathOf({ sha256 }: ComposedFile): Promise<string> {
    const found = (await readdir(folder, { recursive: true })).find((one) => one.includes(sha256))
    assert.ok(found, 'the file is stored')
    return join(folder, found)
  }

  /** All but `open`, which is new each time. */
  const described = (file: ComposedFile | undefined) =>
    file && { name: file.name, type: file.type, sha256: file.sha256 }
  const assertSame = (found: ComposedFile | undefined, expected: ComposedFile): void =>
    assert.deepEqual(described(found), described(expected))

  const names = async (): Promise<string[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  }

  test('finds a stored file by its plan, private to the user, under a name without personal data', async () => {
    assert.equal(await cache.get(plan()), undefined)
    const kept = await put(plan())
    assertSame(await cache.get(plan()), kept)
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
    await put(plan({ ...EXPORT, gaps: 'cut' }), 300)
    await put(plan(), 300)
    const newer = await put(plan(EXPORT, marker('loan')), 300)
    assert.equal((await names()).length, 2)
    assertSame(await cache.get(plan(EXPORT, marker('loan'))), newer)
    assert.equal(await cache.get(plan()), undefined)
  })

  test('makes room by removing the least recently used file', async () => {
    const old = await put(plan())
    const used = await put(plan({ kind: 'track', medium: 'mic' }))
    await utimes(await pathOf(old), 1, 1)
    await utimes(await pathOf(used), 2, 2)
    // A request for the older one makes it the one used last.
    await cache.get(plan())
    await cache.claim(500)
    assertSame(await cache.get(plan()), old)
    assert.equal(await cache.get(plan({ kind: 'track', medium: 'mic' })), undefined)
  })

  test('leaves the reserve and a margin free, and removes nothing where that would not be enough', async () => {
    const kept = await put(plan())
    const least = 5_000_000 + 64 * 1_048_576
    freeBytes = least + 499
    const none = (error: unknown) => error instanceof RecorderError && error.code === 'STORAGE_FULL'
    await assert.rejects(cache.claim(1_000), none)
    // Its 400 bytes would not have been enough.
    assertSame(await cache.get(plan()), kept)
    const release = await cache.claim(499)
    assertSame(await cache.get(plan()), kept)
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
    const path = await pathOf(await put(plan()))
    await cache.clear()
    assert.equal(await cache.get(plan()), undefined)
    await assert.rejects(stat(path))
    await rm(folder, { recursive: true })
    await writeFile(folder, 'no folder')
    await cache.clear()
  })

  test('stores a file although an older one cannot be removed', async () => {
    const path = await pathOf(await put(plan()))
    await rm(path)
    // A folder cannot be removed like a file.
    await mkdir(path)
    const newer = await put(plan(EXPORT, marker('loan')))
    assertSame(await cache.get(plan(EXPORT, marker('loan'))), newer)
    assert.deepEqual(faults, ['removing a composed file'])
  })

  test('holds sealed files, which open with the key of the recording', async () => {
    const file = await put(plan())
    const stored = await readFile(await pathOf(file))
    assert.match(stored.toString('latin1'), /^age-encryption.org/)
    const media = await file.open()
    const { sha256 } = file
    assert.equal(hashOf(await buffer(media.stream())), sha256)
    await media.close()
  })

  test('says that a file is gone when it was removed or damaged, so that it is made again', async () => {
    const isGone = (error: unknown) => error instanceof RecorderError && error.code === 'NOT_FOUND'
    const removed = await put(plan())
    await cache.clear()
    await assert.rejects(removed.open(), isGone)
    const damaged = await put(plan())
    await truncate(await pathOf(damaged), 300)
    await assert.rejects(damaged.open(), isGone)
    assert.equal(await cache.get(plan()), undefined)
  })

  test('forgets a recording, and keeps the others', async () => {
    await put(plan())
    await put(plan({ kind: 'track', medium: 'mic' }))
    const other = { ...plan(), recordingId: 'recording-10' }
    const kept = await put(other)
    await cache.forget('recording-1')
    assert.equal(await cache.get(plan()), undefined)
    assert.deepEqual(await readdir(folder), ['.work', 'recording-10'])
    assertSame(await cache.get(other), kept)
    await cache.forget('recording-1')
  })

  test('removes the unfinished files of a killed recorder, and what version 0.1 stored unsealed', async () => {
    const context = await cache.createWorkFolder()
    await writeFile(join(context.folder, 'composed.part'), 'half')
    const kept = await put(plan())
    const unsealed = `export-fill-mix-${'0'.repeat(24)}-${'0'.repeat(64)}.mp4`
    await writeFile(join(folder, 'recording-1', unsealed), 'ftyp')
    await cache.removeUnfinished()
    assert.deepEqual(await names(), [basename(await pathOf(kept))])
  })

  test('goes on when somebody has removed its folder', async () => {
    const kept = plan()
    await put(kept)
    await rm(folder, { recursive: true })
    await cache.forget(kept.recordingId)
    ;(await cache.claim(100))()
    await put(kept)
    assert.ok(await cache.get(kept))
  })

  test('makes a file again that was found to be damaged while it was read', async () => {
    const kept = await put(plan(), 300_000)
    const path = await pathOf(kept)
    const bytes = await readFile(path)
    bytes[100_000]! ^= 1
    await writeFile(path, bytes)
    const media = await kept.open()
    await assert.rejects(buffer(media.stream()))
    await media.close()
    await eventually('it is gone', async () => (await cache.get(plan())) === undefined)
  })
})
