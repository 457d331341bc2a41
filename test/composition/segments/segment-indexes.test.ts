import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredMedia } from '../../../src/age/stored-media.ts'
import type { SegmentIndex } from '../../../src/composition/port.ts'
import { readSegmentIndex } from '../../../src/composition/segments/read-segment-index.ts'
import { createSegmentIndexes } from '../../../src/composition/segments/segment-indexes.ts'
import type { SegmentResults } from '../../../src/composition/segments/segment-results.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { screenArgs } from '../../../src/ffmpeg/encoding.ts'
import { keyFramesByFfprobe } from '../../support/key-frames.ts'
import { suite } from '../../support/suite.ts'
import { opener, readSealedFile, writeSealedFile } from '../support/context.ts'
import { segmentOf } from '../support/recordings.ts'

/** 20 s with key frames at 0, 0.4, 7 s and so on, after which a still screen drops its frames. */
function unevenVideo(): Buffer {
  const input = [
    ...['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15:duration=8'],
    ...['-f', 'lavfi', '-i', 'color=gray:size=320x180:rate=15:duration=12'],
    ...['-filter_complex', "[1]select='not(mod(n,37))'[still];[0][still]concat=n=2:v=1[v]"],
    ...['-map', '[v]', '-force_key_frames', '0.4,7,9.5,12'],
  ]
  const args = screenArgs(input, resolveQuality(), {
    path: 'ffmpeg',
    version: null,
    libavcodec: null,
  })
  const withoutFilter = args.filter((_, at) => args[at] !== '-vf' && args[at - 1] !== '-vf')
  return execFileSync('ffmpeg', withoutFilter, {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e8,
  })
}

suite('the index of a screen segment', (test) => {
  let folder: string
  let path: string
  let segment: SegmentDescription
  let closing: AbortController
  let indexes: SegmentResults<SegmentIndex>

  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-index-'))
    const video = unevenVideo()
    segment = { ...segmentOf('screen', 1, 0, 20_000), bytes: video.length }
    path = join(folder, segment.file)
    await writeSealedFile(path, video)
    closing = new AbortController()
    indexes = createSegmentIndexes(closing.signal)
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  const read = () => indexes.of('recording-1', segment, opener(folder))

  const failure = async (detail: RegExp): Promise<void> => {
    await assert.rejects(read(), (error) => {
      assert.ok(error instanceof RecorderError)
      assert.equal(error.code, 'EXPORT_FAILED')
      assert.match(error.message, detail)
      return true
    })
  }

  test('names exactly the key frames, however uneven they are', async () => {
    const index = await read()
    assert.deepEqual(index.keyFrames, keyFramesByFfprobe(path))
    assert.ok(index.keyFrames.length >= 5, `${index.keyFrames.length}`)
    assert.match(index.codec, /^avc1\.42c0[0-9a-f]{2}$/)
    assert.equal(index.initBytes, index.keyFrames[0]?.[1])
    assert.equal(index.bytes, segment.bytes)
  })

  test('reads the file once for all who ask at once, and not again', async () => {
    const asked = Array.from({ length: 5 }, () => read())
    const [first, ...others] = await Promise.all(asked)
    for (const other of others) assert.equal(other, first)
    await rm(path)
    assert.equal(await read(), first)
  })

  test('reads only a small part of a busy file', async () => {
    // Frames as large as those of a busy screen: most of a file is skipped.
    const grown = growFrames(await readSealedFile(path), 60_000)
    await writeSealedFile(path, grown)
    let bytes = 0
    const file = await opener(folder)(segment)
    const counting: Pick<StoredMedia, 'read'> = {
      async read(...args) {
        const done = await file.read(...args)
        bytes += done.bytesRead
        return done
      },
    }
    const { keyFrames } = await readSegmentIndex(counting, grown.length, closing.signal)
    await file.close()
    assert.ok(keyFrames.length >= 5)
    assert.ok(bytes < grown.length / 5, `${bytes} of ${grown.length}`)
  })

  test('a file that is missing, shorter or no video gives none, and says why', async () => {
    const video = await readSealedFile(path)
    await writeSealedFile(path, video.subarray(0, -1))
    await failure(/^Segment 1 of screen is not what was recorded/)
    segment.bytes--
    await failure(/could not be made/)
    await writeSealedFile(path, Buffer.alloc(segment.bytes, 0x20))
    await failure(/could not be made/)
    await writeFile(path, 'nothing that is sealed')
    await failure(/^Segment 1 of screen is not what was recorded/)
    await rm(path)
    await failure(/^Segment 1 of screen is missing from the disk/)
  })

  test('the end of the recorder ends the reading', async () => {
    const asked = read()
    closing.abort(new RecorderError('NOT_READY', 'The recorder is ending.'))
    await assert.rejects(asked, (error) => (error as RecorderError).code === 'NOT_READY')
    await indexes.settled()
  })
})

/** Adds zeros to the frame of every fragment. */
function growFrames(video: Buffer, bytes: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < video.length; ) {
    const length = video.readUInt32BE(at)
    const box = Buffer.from(video.subarray(at, at + length))
    parts.push(box)
    if (box.toString('latin1', 4, 8) === 'mdat') {
      box.writeUInt32BE(length + bytes, 0)
      parts.push(Buffer.alloc(bytes))
    }
    at += length
  }
  return Buffer.concat(parts)
}
