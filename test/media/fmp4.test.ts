import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { resolveQuality } from '../../src/contract/quality.ts'
import { screenArgs } from '../../src/ffmpeg/encoding.ts'
import {
  type Fragment,
  FragmentAssembler,
  fragmentTime,
  hasWholeSamples,
  readBox,
  shortenFragment,
} from '../../src/media/fmp4.ts'
import { FormatError } from '../../src/media/format-error.ts'
import { Splitter } from '../../src/media/splitter.ts'
import { suite } from '../support/suite.ts'

/** Fragmented MP4 of a test picture, as the recorder has it made. */
function video(frames: number): Buffer {
  const args = screenArgs(
    ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15'],
    resolveQuality(),
    {
      path: 'ffmpeg',
      version: null,
      libavcodec: null,
    },
  )
  return execFileSync('ffmpeg', [...args.slice(0, -1), '-frames:v', String(frames), args.at(-1)!], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function fragmentsOf(
  file: Buffer,
  size = file.length,
): { fragments: Fragment[]; assembler: FragmentAssembler } {
  const assembler = new FragmentAssembler()
  const splitter = new Splitter(readBox)
  const fragments: Fragment[] = []
  for (let at = 0; at < file.length; at += size)
    for (const box of splitter.push(file.subarray(at, at + size))) {
      const fragment = assembler.push(box)
      if (fragment) fragments.push(fragment)
    }
  return { fragments, assembler }
}

suite('fmp4', (test) => {
  test('assembles frames from chunks of any size, and loses no byte', () => {
    const file = video(12)
    for (const size of [1, 13, 4_096, file.length]) {
      const { fragments, assembler } = fragmentsOf(file, size)
      assert.equal(fragments.length, 12)
      assert.deepEqual(
        Buffer.concat([assembler.init, ...fragments.flatMap(({ moof, mdat }) => [moof, mdat])]),
        file,
      )
    }
  })

  test('knows when each frame is shown', () => {
    const { fragments, assembler } = fragmentsOf(video(15))
    assert.equal(assembler.timescale, 90_000)
    assert.deepEqual(
      fragments.map(({ start }) => start),
      Array.from({ length: 15 }, (_, i) => i * 6_000),
    )
    assert.ok(fragments.every(({ duration }) => duration === 6_000))
  })

  test('shortens a frame in place', () => {
    const { fragments } = fragmentsOf(video(3))
    const { moof } = fragments.at(-1)!
    shortenFragment(moof, 1_234)
    assert.deepEqual(fragmentTime(moof), { start: 12_000, duration: 1_234 })
  })

  test('distinguishes whole frames from zeros and halves', () => {
    const { mdat } = fragmentsOf(video(1)).fragments[0]!
    assert.ok(hasWholeSamples(mdat))
    assert.equal(hasWholeSamples(mdat.subarray(0, -1)), false)
    assert.equal(hasWholeSamples(Buffer.concat([mdat.subarray(0, 8), Buffer.alloc(64)])), false)
  })

  test('refuses bytes that are not MP4', () => {
    assert.throws(() => readBox(Buffer.from('\0\0\0\0garbage, garbage')), FormatError)
    assert.throws(() => readBox(Buffer.from('OggS, that is no box at all')), FormatError)
    assert.throws(
      () => new FragmentAssembler().push({ type: 'moof', bytes: Buffer.alloc(8) }),
      FormatError,
    )
  })
})
