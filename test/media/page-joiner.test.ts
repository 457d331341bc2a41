import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { resolveQuality } from '../../src/contract/quality.ts'
import { audioFormat, opusArgs } from '../../src/ffmpeg/encoding.ts'
import { isPageIntact, type OggPage, OpusTimeline, readPage } from '../../src/media/ogg.ts'
import { OpusReader } from '../../src/media/opus.ts'
import { PageJoiner } from '../../src/media/page-joiner.ts'
import { Splitter } from '../../src/media/splitter.ts'
import { suite } from '../support/suite.ts'

const FORMAT = audioFormat('speaker', resolveQuality('standard'))

/** Short pages of a sine of this many samples (48 kHz), as the encoder writes them. */
function shortPages(samples: number): OggPage[] {
  const pcm = Buffer.alloc(4 * samples)
  for (let i = 0; i < 2 * samples; i++)
    pcm.writeInt16LE(Math.round(8_000 * Math.sin(i / 20)), 2 * i)
  const stdio = ['pipe', 'pipe', 'ignore'] as const
  const file = execFileSync('ffmpeg', opusArgs(FORMAT), { input: pcm, stdio: [...stdio] })
  return [...new Splitter(readPage).push(file)]
}

function packetsOf(pages: readonly OggPage[]): Buffer[] {
  const reader = new OpusReader()
  return pages.flatMap((page) => [...reader.push(page)])
}

suite('short pages of Opus, joined', (test) => {
  test('hold the same packets, with right checksums, numbers, times and an end', () => {
    const short = shortPages(50_001)
    const joiner = new PageJoiner()
    const units = short.flatMap((page) => [...joiner.push(page)])
    const file = Buffer.concat(units.map(({ bytes }) => bytes))
    const pages = [...new Splitter(readPage).push(file)]
    assert.ok(pages.every(isPageIntact))
    assert.deepEqual(packetsOf(pages), packetsOf(short))
    assert.deepEqual(
      pages.map(({ bytes }) => bytes.readUInt32LE(18)),
      pages.map((_, index) => index),
    )
    const flags = pages.map(({ bytes }) => bytes[5])
    assert.deepEqual(flags, [2, ...flags.slice(1, -1).map(() => 0), 4])
    const timeline = new OpusTimeline()
    const ends = pages.map((page) => timeline.push(page)).filter((end) => end !== undefined)
    assert.deepEqual(
      ends,
      units.map(({ endMs }) => endMs),
    )
    assert.equal(Math.round(ends.at(-1)! * 48), 50_001)
    // The first sound alone, then a page each 100 ms.
    assert.deepEqual(
      ends.slice(0, 3).map((end) => Math.round(end)),
      [14, 114, 214],
    )
  })

  test('are kept when the encoder dies before its end', () => {
    const joiner = new PageJoiner()
    const units = shortPages(9_600)
      .slice(0, 6)
      .flatMap((page) => [...joiner.push(page)])
    assert.equal(units.length, 1)
    const rest = [...joiner.finish()]
    assert.deepEqual(
      rest.map(({ endMs }) => Math.round(endMs)),
      [74],
    )
    assert.deepEqual([...joiner.finish()], [])
  })

  test('keep a packet that no longer fits into a page with others', () => {
    const joiner = new PageJoiner()
    const [head, tags, first] = shortPages(4_800)
    const large = { ...first!, bytes: longPage(first!.bytes), granule: 1_000n }
    const units = [head!, tags!, first!, large, large].flatMap((page) => [...joiner.push(page)])
    const pages = [...new Splitter(readPage).push(Buffer.concat(units.map(({ bytes }) => bytes)))]
    assert.ok(pages.every(isPageIntact))
    assert.deepEqual(
      pages.slice(2).map(({ bytes }) => bytes[26]),
      [first!.bytes[26], 200],
    )
  })
})

/** A page of 200 packets of one byte. */
function longPage(like: Buffer): Buffer {
  const page = Buffer.alloc(27 + 400, 1)
  like.copy(page, 0, 0, 26)
  page[5] = 0
  page[26] = 200
  return page
}
