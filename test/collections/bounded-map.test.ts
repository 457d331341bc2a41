import assert from 'node:assert/strict'
import { BoundedMap } from '../../src/collections/bounded-map.ts'
import { suite } from '../support/suite.ts'

suite('a map of a limited size', (test) => {
  test('forgets its oldest entry for a new one, and none for a new value', () => {
    const map = new BoundedMap<string, number>(2)
    map.set('a', 1).set('b', 2).set('a', 3)
    assert.deepEqual([...map], Object.entries({ a: 3, b: 2 }))
    map.set('c', 4)
    assert.deepEqual([...map], Object.entries({ b: 2, c: 4 }))
  })
})
