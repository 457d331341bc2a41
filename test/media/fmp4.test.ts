import assert from 'node:assert/strict'
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
import { testPicture } from '../support/test-picture.ts'

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
    const file = testPicture(12)
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
    const { fragments, assembler } = fragmentsOf(testPicture(15))
    assert.equal(assembler.timescale, 90_000)
    assert.deepEqual(
      fragments.map(({ start }) => start),
      Array.from({ length: 15 }, (_, i) => i * 6_000),
    )
    assert.ok(fragments.every(({ duration }) => duration === 6_000))
  })

  test('shortens a frame in place', () => {
    const { fragments } = fragmentsOf(testPicture(3))
    const { moof } = fragments.at(-1)!
    shortenFragment(moof, 1_234)
    assert.deepEqual(fragmentTime(moof), { start: 12_000, duration: 1_234 })
  })

  test('distinguishes whole frames from zeros and halves', () => {
    const { mdat } = fragmentsOf(testPicture(1)).fragments[0]!
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
