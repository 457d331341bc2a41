import * as assert from 'uvu/assert'
import { intersectIndexes } from '../../src/store/intersect-indexes.ts'
import { suite } from '../support/suite.ts'
import { withDatabase, withFolder } from './support/scratch.ts'

/** What is common to the indexes, each a text of places of one letter. */
async function common(indexes: string[], bounds = { from: '', before: '~' }): Promise<string> {
  let found = ''
  await withFolder((folder) =>
    withDatabase(folder, async (db) => {
      const prefixes = indexes.map((_, i) => `index/${i}/`)
      for (const [i, places] of indexes.entries())
        for (const place of places) await db.put(`${prefixes[i]}${place}`, '')
      for await (const place of intersectIndexes(db, prefixes, bounds)) found += place
    }),
  )
  return found
}

suite('places common to several indexes', (test) => {
  for (const [indexes, expected] of [
    [['abc'], 'cba'],
    [['abcdef', 'ace'], 'eca'],
    [['ace', 'abcdef'], 'eca'],
    [['ace', 'bdf'], ''],
    [['abcz', 'bcy', 'acx'], 'c'],
    [['abc', ''], ''],
    [['abc', 'abc', 'abc'], 'cba'],
    [['bd', 'abcd', 'acd', 'abd'], 'd'],
  ] as const)
    test(`of ${indexes.join(' and ')} are ${expected || 'none'}`, async () => {
      assert.is(await common([...indexes]), expected)
    })

  test('lie within the bounds', async () => {
    assert.is(await common(['abcdef', 'abcdef'], { from: 'b', before: 'e' }), 'dcb')
    assert.is(await common(['abcdef'], { from: 'b', before: 'e' }), 'dcb')
  })
})
