import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { FormatError } from '../../src/media/format-error.ts'
import { isPageIntact, OpusTimeline, readPage } from '../../src/media/ogg.ts'
import { Splitter } from '../../src/media/splitter.ts'
import { suite } from '../support/suite.ts'

/** Ogg Opus of a sine of exactly this many samples (48 kHz), as the recorder has it made. */
function opus(samples: number): Buffer {
  const pcm = Buffer.alloc(2 * samples)
  for (let i = 0; i < samples; i++) pcm.writeInt16LE(Math.round(8_000 * Math.sin(i / 20)), 2 * i)
  const input = ['-f', 's16le', '-ar', '48000', '-ac', '1', '-i', 'pipe:0']
  const output = ['-c:a', 'libopus', '-f', 'ogg', '-page_duration', '100000', 'pipe:1']
  return execFileSync('ffmpeg', ['-v', 'error', ...input, ...output], { input: pcm })
}

suite('ogg', (test) => {
  test('assembles pages from chunks of any size', () => {
    const file = opus(48_000)
    for (const size of [1, 7, 27, 1_000, file.length]) {
      const splitter = new Splitter(readPage)
      const pages: Buffer[] = []
      for (let at = 0; at < file.length; at += size)
        for (const page of splitter.push(file.subarray(at, at + size))) pages.push(page.bytes)
      assert.ok(pages.length >= 11, `${pages.length} pages`)
      assert.deepEqual(Buffer.concat(pages), file)
    }
  })

  test('knows the duration to the sample, without the pre-skip', () => {
    for (const samples of [240, 48_000, 50_001, 123_456]) {
      const timeline = new OpusTimeline()
      let endMs: number | undefined
      for (const page of new Splitter(readPage).push(opus(samples)))
        endMs = timeline.push(page) ?? endMs
      assert.equal(Math.round(endMs! * 48), samples)
    }
  })

  test('finds a single changed bit by the checksum', () => {
    const file = opus(9_600)
    for (const page of new Splitter(readPage).push(file)) {
      assert.ok(isPageIntact(page))
      const changed = Buffer.from(page.bytes)
      changed[changed.length - 1]! ^= 1
      assert.equal(isPageIntact({ ...page, bytes: changed }), false)
    }
  })

  test('refuses bytes that are not Ogg, and Ogg that is not Opus', () => {
    assert.throws(() => readPage(Buffer.from('RIFF....WAVE')), FormatError)
    const page = readPage(opus(240))!
    const vorbis = Buffer.from(page.bytes)
    vorbis.write('\x01vorbis', vorbis.indexOf('OpusHead'), 'latin1')
    assert.throws(() => new OpusTimeline().push({ bytes: vorbis, granule: 0n }), FormatError)
  })
})
