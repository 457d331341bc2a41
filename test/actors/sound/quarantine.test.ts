import assert from 'node:assert/strict'
import { Quarantine } from '../../../src/actors/sound/quarantine.ts'
import { suite } from '../../support/suite.ts'

suite('the quarantine of sound', (test) => {
  /** A quarantine with chunks every 10 ms, and the arrival times of those released. */
  function quarantined() {
    const released: number[] = []
    const quarantine = new Quarantine((pcm) => {
      for (let at = 0; at < pcm.length; at += 4) released.push(pcm.readUInt32LE(at))
    })
    const push = (from: number, to: number) => {
      for (let at = from; at < to; at += 10) {
        const chunk = Buffer.alloc(4)
        chunk.writeUInt32LE(at)
        quarantine.push(chunk, at)
      }
    }
    return { released, quarantine, push }
  }
  const upTo = (limit: number) => Array.from({ length: limit / 10 + 1 }, (_, index) => index * 10)

  test('releases sound in order, in batches, and at once at its end', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 50)
    assert.deepEqual(released, [])
    push(50, 1_000)
    assert.ok(released.at(-1)! >= 940, `${released.at(-1)}`)
    assert.deepEqual(released, upTo(released.at(-1)!))
    quarantine.flush(Number.POSITIVE_INFINITY)
    assert.deepEqual(released, upTo(990))
  })

  test('releases at its end only the sound that came until then', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 40)
    quarantine.flush(20)
    assert.deepEqual(released, upTo(20))
    quarantine.flush(2_000)
    assert.deepEqual(released, upTo(20))
  })

  test('releases no suspect sound, also not at its end', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 500)
    quarantine.suspect(490)
    push(500, 2_000)
    assert.deepEqual(released, upTo(490))
    quarantine.flush(Number.POSITIVE_INFINITY)
    assert.deepEqual(released, upTo(490))
  })

  test('releases what was suspect when it has proved good', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 500)
    quarantine.suspect(490)
    push(500, 2_000)
    quarantine.clear()
    push(2_000, 2_010)
    assert.deepEqual(released, upTo(2_000))
  })
})
