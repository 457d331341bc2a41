import assert from 'node:assert/strict'
import { intersectIndexes } from '../../../src/store/search/intersect-indexes.ts'
import { suite } from '../../support/suite.ts'
import { withDatabase, withFolder } from '../support/scratch.ts'

/** Returns the common sort keys of the indexes, each a text of one-letter keys. */
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

suite('the intersection of indexes', (test) => {
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
    test(`of ${indexes.join(' and ')} is ${expected || 'empty'}`, async () => {
      assert.equal(await common([...indexes]), expected)
    })

  test('stays within the bounds', async () => {
    assert.equal(await common(['abcdef', 'abcdef'], { from: 'b', before: 'e' }), 'dcb')
    assert.equal(await common(['abcdef'], { from: 'b', before: 'e' }), 'dcb')
  })
})
