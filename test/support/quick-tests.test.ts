import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { isQuick } from './quick-tests.ts'
import { suite } from './suite.ts'

suite('the tests of `npm test`', (test) => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test', name))

  test('are all but those of whole recorders and browsers, and three of these', () => {
    const isOfSlow = (file: string) => ['browser', 'e2e'].includes(file.split(sep)[1] as string)
    const slow = files.filter((file) => !isQuick(file))
    assert.ok(slow.length > 50 && slow.length < files.length / 3, `${slow.length} slow files`)
    assert.ok(slow.every(isOfSlow))
    assert.equal(files.filter((file) => isQuick(file) && isOfSlow(file)).length, 3)
  })
})
