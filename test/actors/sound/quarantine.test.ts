import assert from 'node:assert/strict'
import { Quarantine } from '../../../src/actors/sound/quarantine.ts'
import { suite } from '../../support/suite.ts'

suite('the quarantine of sound', (test) => {
  /** One of 250 ms, and the times of arrival of what it has let go; pieces come each 10 ms. */
  function held() {
    const out: number[] = []
    const quarantine = new Quarantine<'device' | 'loss'>(250, (pcm) => {
      for (let at = 0; at < pcm.length; at += 4) out.push(pcm.readUInt32LE(at))
    })
    const push = (from: number, to: number) => {
      for (let at = from; at < to; at += 10) {
        const chunk = Buffer.alloc(4)
        chunk.writeUInt32LE(at)
        quarantine.push(chunk, at)
      }
    }
    return { out, quarantine, push }
  }
  const upTo = (limit: number) => Array.from({ length: limit / 10 + 1 }, (_, index) => index * 10)

  test('releases nothing before its time, and everything in order soon after', () => {
    const { out, push } = held()
    push(0, 250)
    assert.deepEqual(out, [])
    push(250, 1_000)
    assert.ok(out.at(-1)! <= 740 && out.at(-1)! > 640, `${out.at(-1)}`)
    assert.deepEqual(out, upTo(out.at(-1)!))
  })

  test('releases at its end only the sound that came until then', () => {
    const { out, quarantine, push } = held()
    push(0, 1_000)
    quarantine.flush(900)
    assert.deepEqual(out, upTo(900))
    quarantine.flush(2_000)
    assert.deepEqual(out, upTo(900))
  })

  test('releases no suspect sound, also not at its end', () => {
    const { out, quarantine, push } = held()
    push(0, 500)
    quarantine.suspect('device', 450)
    push(500, 2_000)
    assert.deepEqual(out, upTo(450))
    quarantine.flush(Number.POSITIVE_INFINITY)
    assert.deepEqual(out, upTo(450))
  })

  test('clears one suspicion at a time', () => {
    const { out, quarantine, push } = held()
    push(0, 500)
    quarantine.suspect('device', 450)
    quarantine.suspect('loss', 600)
    push(500, 2_000)
    quarantine.clear('device')
    push(2_000, 2_010)
    assert.deepEqual(out, upTo(600))
    quarantine.clear('loss')
    push(2_010, 2_020)
    assert.deepEqual(out, upTo(1_760))
  })
})
