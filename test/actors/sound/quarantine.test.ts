import assert from 'node:assert/strict'
import { Quarantine } from '../../../src/actors/sound/quarantine.ts'
import { suite } from '../../support/suite.ts'

suite('the quarantine of sound', (test) => {
  /** A quarantine of 250 ms with chunks every 10 ms, and the arrival times of those released. */
  function quarantined() {
    const released: number[] = []
    const quarantine = new Quarantine<'device' | 'loss'>(250, (pcm) => {
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

  test('releases nothing before its time, and everything in order soon after', () => {
    const { released, push } = quarantined()
    push(0, 250)
    assert.deepEqual(released, [])
    push(250, 1_000)
    assert.ok(released.at(-1)! <= 740 && released.at(-1)! > 640, `${released.at(-1)}`)
    assert.deepEqual(released, upTo(released.at(-1)!))
  })

  test('releases at its end only the sound that came until then', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 1_000)
    quarantine.flush(900)
    assert.deepEqual(released, upTo(900))
    quarantine.flush(2_000)
    assert.deepEqual(released, upTo(900))
  })

  test('releases no suspect sound, also not at its end', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 500)
    quarantine.suspect('device', 450)
    push(500, 2_000)
    assert.deepEqual(released, upTo(450))
    quarantine.flush(Number.POSITIVE_INFINITY)
    assert.deepEqual(released, upTo(450))
  })

  test('clears one suspicion at a time', () => {
    const { released, quarantine, push } = quarantined()
    push(0, 500)
    quarantine.suspect('device', 450)
    quarantine.suspect('loss', 600)
    push(500, 2_000)
    quarantine.clear('device')
    push(2_000, 2_010)
    assert.deepEqual(released, upTo(600))
    quarantine.clear('loss')
    push(2_010, 2_020)
    assert.deepEqual(released, upTo(1_760))
  })
})
