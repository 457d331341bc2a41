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
  statSync,
  writeFileSync,
} from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rememberIdentity } from '../../../lab/unsealed.ts'
import { createCapturePlatform } from '../../../src/actors/capture-platform.ts'
import { GrowingFile } from '../../../src/age/growing-file.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import { SealedFileError } from '../../../src/age/sealed-file-error.ts'
import { tailPath } from '../../../src/age/tail.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { audioFormat, opusArgs, screenArgs } from '../../../src/ffmpeg/encoding.ts'
import { ageProblem, openWithAge } from '../../age/support/age-program.ts'
import { suite } from '../../support/suite.ts'
import { keepingLogger } from '../support/capture-bench.ts'
import { decodeSound, frames, sha256Of } from '../support/media-files.ts'

const STARTED_AT = '2026-01-02T03:04:05.678Z'
const audio = {
  medium: 'mic',
  number: 1,
  startedAt: STARTED_AT,
  container: 'ogg',
  codec: 'opus',
  file: 'mic-000001.ogg',
} as const
const video = {
  medium: 'screen',
  number: 3,
  startedAt: STARTED_AT,
  container: 'mp4',
  codec: 'h264',
  file: 'screen-000003.mp4',
} as const

function encode(args: readonly string[], input?: Buffer): Buffer {
  return execFileSync('ffmpeg', args, {
    input,
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 16 * 1_048_576,
  })
}

/** Repeatable numbers from 0 to 1, so that a failure can be looked at again. */
function* pseudoRandom(): Generator<number, never> {
  for (let state = 42; ; ) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    yield state / 2 ** 32
  }
}

suite('salvage', (test) => {
  const platform = createCapturePlatform({ source: 'synthetic', logger: keepingLogger() })
  const folder = mkdtempSync(join(tmpdir(), 'f2f-salvage-'))
  const recording = join(folder, 'recording')
  const identity = createIdentity()
  rememberIdentity(identity)
  const salvage = async (...segment: Parameters<typeof platform.salvage>) =>
    (await platform.salvage(...segment)).description
  const put = (file: string, bytes: Buffer): string => {
    mkdirSync(recording, { recursive: true })
    writeFileSync(join(recording, file), bytes)
    return join(recording, file)
  }
  const sine = Buffer.alloc(2 * 48_000 * 3)
  for (let i = 0; i < sine.length / 2; i++)
    sine.writeInt16LE(Math.round(8_000 * Math.sin(i / 20)), 2 * i)
  const ogg = encode(opusArgs(audioFormat('mic', resolveQuality())), sine)
  const mp4 = encode(
    screenArgs(
      ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15:duration=2'],
      resolveQuality(),
      {
        path: 'ffmpeg',
        version: null,
        libavcodec: null,
      },
    ),
  )
  test.beforeEach(() => rmSync(recording, { recursive: true, force: true }))
  test.after(() => rmSync(folder, { recursive: true }))

  test('keeps a whole file as it is', async () => {
    const path = put(audio.file, ogg)
    const facts = await salvage(recording, audio)
    assert.deepEqual(facts, {
      ...audio,
      endedAt: '2026-01-02T03:04:08.678Z',
      durationMs: 3_000,
      bytes: ogg.length,
      sha256: sha256Of(path),
    })
    assert.deepEqual(readFileSync(path), ogg)
  })

  test('cuts a torn sound file after its last whole page, and knows the duration of the rest', async () => {
    const random = pseudoRandom()
    for (let round = 0; round < 8; round++) {
      const length = Math.floor(700 + random.next().value * (ogg.length - 700))
      const path = put(audio.file, ogg.subarray(0, length))
      const facts = (await salvage(recording, audio))!
      assert.equal(facts.bytes, statSync(path).size)
      assert.ok(facts.bytes <= length)
      assert.equal(facts.sha256, sha256Of(path))
      const samples = (await decodeSound(path)).length
      // A page is 100 ms; a decoder leaves up to a frame's tail of 6.5 ms (its pre-skip) at an end
      // that is none.
      assert.ok(
        Math.abs(samples / 48 - facts.durationMs) < 7,
        `${samples / 48} against ${facts.durationMs} ms`,
      )
      assert.ok(
        facts.durationMs > (3_000 * (length - 700)) / ogg.length - 250,
        `${facts.durationMs} ms of ${length} bytes`,
      )
    }
  })

  test('cuts a torn screen file after its last whole frame', async () => {
    const random = pseudoRandom()
    for (let round = 0; round < 8; round++) {
      const length = Math.floor(mp4.length * (0.2 + 0.8 * random.next().value))
      const path = put(video.file, mp4.subarray(0, length))
      const facts = (await salvage(recording, video))!
      const shown = await frames(path)
      assert.equal(facts.durationMs, Math.round((shown.length * 1_000) / 15))
      assert.equal(facts.bytes, statSync(path).size)
      assert.equal(facts.sha256, sha256Of(path))
      assert.equal(facts.number, 3)
    }
  })

  test('removes the zeros that a power cut leaves, and damaged pages', async () => {
    for (const [opened, whole] of [
      [audio, ogg],
      [video, mp4],
    ] as const) {
      const half = whole.subarray(0, Math.floor(whole.length / 2))
      put(opened.file, half)
      const expected = (await salvage(recording, opened))!
      put(opened.file, Buffer.concat([half, Buffer.alloc(8_192)]))
      assert.deepEqual(await salvage(recording, opened), expected)
    }
    const changed = Buffer.from(ogg)
    changed[Math.floor(ogg.length / 2)]! ^= 4
    put(audio.file, changed)
    const facts = (await salvage(recording, audio))!
    assert.ok(facts.durationMs > 1_000 && facts.durationMs < 2_000, `${facts.durationMs} ms`)
  })

  test('drops a frame whose bytes never reached the disk', async () => {
    const zeroed = Buffer.from(mp4)
    const last = zeroed.lastIndexOf('mdat') + 4
    zeroed.fill(0, last)
    put(video.file, zeroed)
    assert.equal((await salvage(recording, video))!.durationMs, Math.round((29 * 1_000) / 15))
  })

  test('removes a file without media, and its empty folder', async () => {
    for (const bytes of [ogg.subarray(0, 60), Buffer.alloc(0), Buffer.alloc(4_096)]) {
      const path = put(audio.file, bytes)
      assert.equal(await salvage(recording, audio), null)
      assert.equal(existsSync(path), false)
      assert.equal(existsSync(recording), false)
    }
    assert.equal(await salvage(recording, audio), null)
  })

  /** Leaves a sealed file as a dead process does: the media without their end, and a tail. */
  const putSealed = async (file: string, media: Buffer): Promise<string> => {
    mkdirSync(recording, { recursive: true })
    const path = join(recording, file)
    const growing = await GrowingFile.create(path, identity, (one) => openFile(one, 'wx+', 0o600))
    for (let at = 0; at < media.length; at += 5_000)
      await growing.append(media.subarray(at, at + 5_000))
    await growing.close()
    return path
  }

  test('of a sealed file, keeps the same media as of an unsealed one', async () => {
    for (const [opened, whole] of [
      [audio, ogg],
      [video, mp4],
    ] as const) {
      const file = `${opened.file}.age`
      for (const part of [0.3, 0.7, 0.999, 1]) {
        const media = whole.subarray(0, Math.floor(whole.length * part))
        put(opened.file, media)
        const plain = (await salvage(recording, opened))!
        rmSync(recording, { recursive: true })
        const path = await putSealed(file, media)
        const facts = (await salvage(recording, { ...opened, file }, identity))!
        const sealed = readFileSync(path)
        const storedSha256 = createHash('sha256').update(sealed).digest('hex')
        assert.deepEqual(facts, { ...plain, file, storedSha256 })
        assert.equal(sha256Of(path), facts.sha256)
        assert.deepEqual(readdirSync(recording), [file])
        const again = await salvage(recording, { ...opened, file }, identity)
        assert.deepEqual(again, facts)
        assert.ok(readFileSync(path).equals(sealed))
        rmSync(recording, { recursive: true })
      }
    }
  })

  test.unless(ageProblem(), 'a salvaged file is opened by the program age', async () => {
    const path = await putSealed('screen-000003.mp4.age', mp4.subarray(0, mp4.length - 100))
    const file = 'screen-000003.mp4.age'
    const facts = (await salvage(recording, { ...video, file }, identity))!
    const media = openWithAge(path, identity)
    assert.ok(media.equals(mp4.subarray(0, facts.bytes)))
  })

  test('without the right key, refuses a sealed file and leaves it as it is', async () => {
    const file = 'mic-000001.ogg.age'
    const path = await putSealed(file, ogg)
    const before = [readFileSync(path), readFileSync(tailPath(path))]
    for (const other of [createIdentity(), undefined])
      await assert.rejects(salvage(recording, { ...audio, file }, other), SealedFileError)
    assert.deepEqual([readFileSync(path), readFileSync(tailPath(path))], before)
  })

  test('discards a sealed file, its tail and its empty folder', async () => {
    await putSealed('mic-000001.ogg.age', ogg)
    await platform.discard(recording, audio)
    assert.equal(existsSync(recording), false)
  })

  test('discards only the file of the segment', async () => {
    const paths = [put(audio.file, ogg), put(video.file, mp4)]
    await platform.discard(recording, audio)
    await platform.discard(recording, audio)
    assert.deepEqual(paths.map(existsSync), [false, true])
  })

  test('tells of a file that the log does not know whether it is longer than a time', async () => {
    const longer = (ms: number) => platform.isLonger(recording, audio, ms, identity)
    assert.equal(await longer(0), false, 'there is none')
    await putSealed('mic-000001.ogg.age', ogg)
    assert.deepEqual([await longer(2_900), await longer(3_100)], [true, false])
    await platform.discard(recording, audio)
    put('mic-000001.ogg', ogg)
    for (const ms of [2_900, 3_100])
      assert.equal(await platform.isLonger(recording, audio, ms), ms < 3_000, 'of version 0.1')
    await putSealed('mic-000001.ogg.age', ogg)
    await assert.rejects(platform.isLonger(recording, audio, 9, createIdentity()), SealedFileError)
  })

  test('does not change a salvaged file a second time', async () => {
    put(video.file, mp4.subarray(0, mp4.length - 100))
    const first = await salvage(recording, video)
    assert.deepEqual(await salvage(recording, video), first)
  })
})
