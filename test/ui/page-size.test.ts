import assert from 'node:assert/strict'
import { PAGE_LIMIT_KB, pageKilobytes } from '../../lab/page-size.ts'
import { suite } from '../support/suite.ts'

suite('size of the page', (test) => {
  test('the page stays small enough to open quickly, with room for what comes next', () => {
    const size = pageKilobytes()
    // Less would mean that the scripts were not found.
    assert.ok(size > 20, `${size} KB`)
    assert.ok(size <= PAGE_LIMIT_KB, `${size} KB`)
  })
})
