import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCapturePlatform } from '../../../src/actors/capture-platform.ts'
import { SEALED_CHUNK_BYTES } from '../../../src/age/chunks.ts'
import { GrowingFile } from '../../../src/age/growing-file.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import { decryptAge } from '../../../src/age/sealer.ts'
import { tailPath } from '../../../src/age/tail.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { audioFormat, opusArgs } from '../../../src/ffmpeg/encoding.ts'
import { suite } from '../../support/suite.ts'
import { keepingLogger } from '../support/capture-bench.ts'

const FILE = 'mic-000001.ogg.age'
const SEGMENT = {
  medium: 'mic',
  number: 1,
  startedAt: '2026-01-02T03:04:05.678Z',
  container: 'ogg',
  codec: 'opus',
  file: FILE,
} as const

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Sound of so many seconds that is expensive to encode. */
function sound(seconds: number): Buffer {
  const samples = Buffer.alloc(2 * 48_000 * seconds)
  for (let i = 0; i < samples.length / 2; i++)
    samples.writeInt16LE(Math.round(9_000 * Math.sin((i * i) / 40_000)), 2 * i)
  return execFileSync('ffmpeg', opusArgs(audioFormat('mic', resolveQuality())), {
    input: samples,
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 16 * 1_048_576,
  })
}

suite('media behind damage in a segment that nobody has finished', (test) => {
  const platform = createCapturePlatform({ source: 'synthetic', logger: keepingLogger() })
  const home = mkdtempSync(join(tmpdir(), 'f2f-remnant-'))
  const folder = join(home, 'recording')
  const path = join(folder, FILE)
  const identity = createIdentity()
  const ogg = sound(45)
  const salvage = () => platform.salvage(folder, SEGMENT, identity)
  test.before(() => assert.ok(ogg.length > 4 * 65_536, `${ogg.length} bytes`))
  test.beforeEach(() => rmSync(folder, { recursive: true, force: true }))
  test.after(() => rmSync(home, { recursive: true }))

  /** Leaves a file as a dead process does, finished or not. Returns where its chunks begin. */
  async function put(end: 'finished' | 'unfinished' = 'unfinished'): Promise<number> {
    mkdirSync(folder, { recursive: true })
    const growing = await GrowingFile.create(path, identity, (one) => open(one, 'wx+', 0o600))
    for (let at = 0; at < ogg.length; at += 5_000) {
      await growing.append(ogg.subarray(at, at + 5_000))
      await growing.sync()
    }
    if (end === 'finished') await growing.finish()
    else await growing.close()
    const size = readFileSync(path).length
    const chunks = Math.floor((ogg.length - 1) / 65_536)
    return end === 'finished'
      ? size - (ogg.length + 16 * (chunks + 1))
      : size - (chunks + 1) * SEALED_CHUNK_BYTES
  }

  function damage(at: number): void {
    const bytes = readFileSync(path)
    bytes[at]! ^= 1
    writeFileSync(path, bytes)
  }

  /** All that was there before a salvage can be put together again from what it has left. */
  async function assertNothingIsLost(before: { file: Buffer; tail: Buffer }): Promise<void> {
    const { description, remnant } = await salvage()
    assert.ok(description && remnant)
    const { file, at } = remnant
    const kept = readFileSync(join(folder, file))
    assert.deepEqual(remnant, { file, at, bytes: kept.length, sha256: sha256(kept) })
    const salvaged = readFileSync(path)
    const again = Buffer.concat([salvaged.subarray(0, at), kept])
    assert.ok(again.equals(Buffer.concat([before.file, before.tail])), 'the file and its tail')
    assert.ok(decryptAge(salvaged, identity).equals(ogg.subarray(0, description.bytes)))
    assert.equal(description.storedSha256, sha256(salvaged))
    assert.deepEqual(readdirSync(folder).sort(), [FILE, file].sort())
    assert.deepEqual(await salvage(), { description, remnant }, 'a second time')
  }

  test('are kept beside it, whichever chunk is damaged', async () => {
    for (const chunk of [1, 2]) {
      const chunksAt = await put()
      damage(chunksAt + chunk * SEALED_CHUNK_BYTES + 77)
      await assertNothingIsLost({ file: readFileSync(path), tail: readFileSync(tailPath(path)) })
      rmSync(folder, { recursive: true })
    }
  })

  test('are kept where the file was finished, and only its event is missing', async () => {
    for (const chunk of [1, 4]) {
      const chunksAt = await put('finished')
      damage(chunksAt + chunk * SEALED_CHUNK_BYTES + 77)
      await assertNothingIsLost({ file: readFileSync(path), tail: Buffer.alloc(0) })
      rmSync(folder, { recursive: true })
    }
  })

  test('are kept where nothing whole comes before them', async () => {
    for (const where of ['first chunk', 'header'] as const) {
      const chunksAt = await put()
      damage(where === 'header' ? 3 : chunksAt + 77)
      if (where === 'header') {
        const torn = readFileSync(path)
        writeFileSync(path, torn.fill(0, 0, 512))
      }
      const before = Buffer.concat([readFileSync(path), readFileSync(tailPath(path))])
      const found = await salvage()
      assert.equal(found.description, null)
      const { file, at, bytes } = found.remnant!
      assert.deepEqual([at, bytes], [0, before.length])
      assert.ok(readFileSync(join(folder, file)).equals(before))
      assert.deepEqual(readdirSync(folder), [file])
      assert.deepEqual(await salvage(), found, 'a second time')
      rmSync(folder, { recursive: true })
    }
  })

  test('are kept when a salvage was killed after it had copied them, and before', async () => {
    const chunksAt = await put()
    damage(chunksAt + 2 * SEALED_CHUNK_BYTES + 77)
    const before = { file: readFileSync(path), tail: readFileSync(tailPath(path)) }
    const { remnant } = await salvage()
    const kept = readFileSync(join(folder, remnant!.file))
    for (const left of [`${remnant!.file}.new`, remnant!.file]) {
      rmSync(folder, { recursive: true })
      mkdirSync(folder)
      writeFileSync(path, before.file)
      writeFileSync(tailPath(path), before.tail)
      writeFileSync(join(folder, left), left === remnant!.file ? kept : kept.subarray(0, 99))
      await assertNothingIsLost(before)
    }
  })

  test('of version 0.1 are kept, too', async () => {
    const opened = { ...SEGMENT, file: 'mic-000001.ogg' }
    mkdirSync(folder)
    const plain = join(folder, opened.file)
    const damaged = Buffer.from(ogg)
    damaged[Math.floor(ogg.length / 2)]! ^= 4
    writeFileSync(plain, damaged)
    const { description, remnant } = await platform.salvage(folder, opened)
    const whole = readFileSync(plain)
    assert.deepEqual([whole.length, remnant?.at], [description!.bytes, description!.bytes])
    const kept = readFileSync(join(folder, remnant!.file))
    assert.ok(Buffer.concat([whole, kept]).equals(damaged))
  })

  test('are none where a file has only lost its end', async () => {
    const chunksAt = await put()
    const all = readFileSync(path)
    for (const length of [all.length, chunksAt + 2 * SEALED_CHUNK_BYTES + 99]) {
      writeFileSync(path, all.subarray(0, length))
      const found = await salvage()
      // Its tail goes on behind a chunk that is gone.
      assert.equal(found.remnant === undefined, length === all.length)
      rmSync(folder, { recursive: true })
      await put()
    }
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    writeFileSync(path, Buffer.alloc(70_000))
    assert.deepEqual(await salvage(), { description: null })
    assert.ok(!existsSync(folder))
  })
})
