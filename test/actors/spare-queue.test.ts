import assert from 'node:assert/strict'
import { SpareQueue } from '../../src/actors/spare-queue.ts'
import { eventually, suite } from '../support/suite.ts'

/** Timers may be early by so much. */
const EARLY_MS = 2

suite('spares that wait for their turn', (test) => {
  function queued() {
    const queue = new SpareQueue()
    const made: { slot: string; at: number }[] = []
    const add = (slot: string) =>
      queue.add(slot, async () => {
        made.push({ slot, at: performance.now() })
      })
    const slots = () => made.map(({ slot }) => slot)
    return { queue, made, add, slots }
  }

  test('are made one after the other, each when the one before has had time to start', async () => {
    const { made, add, slots } = queued()
    for (const slot of ['screen', 'mic', 'speaker']) add(slot)
    await eventually('all are made', () => made.length === 3)
    assert.deepEqual(slots(), ['screen', 'mic', 'speaker'])
    for (const [index, { at }] of made.slice(1).entries())
      assert.ok(at - made[index]!.at >= 80 - EARLY_MS, `${at - made[index]!.at}`)
  })

  test('are not made while a capture begins', async () => {
    const { queue, made, add } = queued()
    add('mic')
    queue.pause()
    const pausedAt = performance.now()
    await eventually('it is made', () => made.length === 1)
    assert.ok(made[0]!.at - pausedAt >= 400 - EARLY_MS, `${made[0]!.at - pausedAt}`)
  })

  test('are not made when they are no longer wanted, and one that fails delays no other', async () => {
    const { queue, add, slots } = queued()
    queue.add('broken', () => Promise.reject(new Error('no ffmpeg')))
    add('removed')
    queue.remove('removed')
    add('mic')
    await eventually('the last is made', () => slots().includes('mic'))
    assert.deepEqual(slots(), ['mic'])
  })
})
