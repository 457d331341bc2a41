import assert from 'node:assert/strict'
import { PeakMeter } from '../../../src/composition/segments/peak-meter.ts'
import { suite } from '../../support/suite.ts'

/** Sound of a constant amplitude (0 to 1), with a sign that changes. */
function sound(ms: number, amplitude: number): Buffer {
  const samples = Buffer.alloc(2 * 8 * ms)
  for (let at = 0; at < samples.length; at += 2)
    samples.writeInt16LE(Math.round((at % 4 === 0 ? 1 : -1) * amplitude * 32_767), at)
  return samples
}

suite('peaks of sound', (test) => {
  const pcm = Buffer.concat([sound(20, 0), sound(20, 1), sound(20, 0.25), sound(5, 0.01)])
  const expected = [0, 255, 128, 26]

  test('each 20 ms have their largest amplitude, and a quarter is half of the height', () => {
    const meter = new PeakMeter()
    meter.push(pcm)
    assert.deepEqual([...meter.finish()], expected)
  })

  test('they are the same, however the sound is cut into chunks', () => {
    for (const size of [1, 3, 7, 320, 321]) {
      const meter = new PeakMeter()
      for (let at = 0; at < pcm.length; at += size) meter.push(pcm.subarray(at, at + size))
      assert.deepEqual([...meter.finish()], expected, `chunks of ${size} bytes`)
    }
  })

  test('the lowest sample does not overflow, and a long sound is measured to its end', () => {
    const meter = new PeakMeter()
    const lowest = Buffer.alloc(320)
    for (let at = 0; at < lowest.length; at += 2) lowest.writeInt16LE(-32_768, at)
    for (let second = 0; second < 70_000; second++) meter.push(lowest)
    const peaks = meter.finish()
    assert.equal(peaks.length, 70_000)
    assert.equal(peaks.at(-1), 255)
  })
})
