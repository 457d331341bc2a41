import assert from 'node:assert/strict'
import { StrangerQueue } from '../../../src/http/admission/stranger-queue.ts'
import { suite } from '../../support/suite.ts'

/** The requests that strangers may have served in one turn of the event loop. */
const MOST_PER_TURN = 4

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

suite('strangers in a flood', (test) => {
  test('get a few answers per turn of the event loop, in the order of their requests', async () => {
    const queue = new StrangerQueue()
    const served: number[] = []
    for (let i = 0; i < 40; i++) queue.add(() => served.push(i))
    assert.deepEqual(served, [])
    for (let before = 0; served.length < 40; before = served.length) {
      await turn()
      const inTurn = served.length - before
      assert.ok(inTurn >= 1 && inTurn <= MOST_PER_TURN, `${inTurn} requests in one turn`)
    }
    assert.deepEqual(
      served,
      Array.from({ length: 40 }, (_, i) => i),
    )
  })

  test('are not served when they have left', async () => {
    const queue = new StrangerQueue()
    const served: string[] = []
    const leave = queue.add(() => served.push('left'))
    queue.add(() => served.push('stayed'))
    leave()
    await turn()
    assert.deepEqual(served, ['stayed'])
  })
})
