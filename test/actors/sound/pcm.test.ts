import assert from 'node:assert/strict'
import { FrameAligner, LevelMeter, pcmFrames } from '../../../src/actors/sound/pcm.ts'
import type { Level } from '../../../src/contract/views.ts'
import { suite } from '../../support/suite.ts'

function sine(peak: number, samples: number): Buffer {
  const pcm = Buffer.alloc(2 * samples)
  for (let i = 0; i < samples; i++)
    pcm.writeInt16LE(Math.round(peak * Math.sin((2 * Math.PI * i) / 48)), 2 * i)
  return pcm
}

function levels(channels: number, ...chunks: Buffer[]): Level[] {
  const found: Level[] = []
  const meter = new LevelMeter(channels, (level) => found.push(level))
  for (const chunk of chunks) meter.push(chunk)
  return found
}

suite('levels of sound', (test) => {
  test('are −120 dB for silence; a sine of full scale peaks at 0 dB with an RMS 3 dB below', () => {
    assert.deepEqual(levels(1, Buffer.alloc(9_600)), [{ rmsDb: -120, peakDb: -120 }])
    assert.deepEqual(levels(1, sine(32_767, 4_800)), [{ rmsDb: -3, peakDb: 0 }])
    assert.deepEqual(levels(1, sine(3_276.7, 4_800)), [{ rmsDb: -23, peakDb: -20 }])
  })

  test('count the most negative sample as full scale too', () => {
    assert.equal(levels(1, Buffer.alloc(9_600, Buffer.from([0x00, 0x80])))[0]?.peakDb, 0)
  })

  test('come ten times a second of sound, for any channels and chunks', () => {
    const second = sine(10_000, 96_000)
    assert.equal(levels(2, second).length, 10)
    const chunks: Buffer[] = []
    const aligner = new FrameAligner(2)
    // An odd address and odd lengths, as a pipe may give them.
    const odd = Buffer.concat([Buffer.alloc(1), second]).subarray(1)
    for (let at = 0; at < odd.length; at += 1_001)
      chunks.push(aligner.push(odd.subarray(at, at + 1_001)))
    assert.ok(chunks.every((chunk) => chunk.length % 4 === 0))
    assert.deepEqual(Buffer.concat(chunks), second)
    assert.deepEqual(levels(2, ...chunks), levels(2, second))
  })

  test('go with a duration that follows from bytes and channels', () => {
    assert.equal(pcmFrames(96_000, 1), 48_000)
    assert.equal(pcmFrames(96_000, 2), 24_000)
  })
})
