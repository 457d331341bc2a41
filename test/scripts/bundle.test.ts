import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '../support/suite.ts'

suite('the bundled program', (test) => {
  const bundles = ['.', 'cli'].flatMap((folder) =>
    readdirSync(join('dist', folder))
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(join('dist', folder, name), 'utf8')),
  )

  test('asks for no file of a package by a path that leads nowhere now', () => {
    const asked = bundles.flatMap(
      (text) => text.match(/\brequire\d*\(["']\.{1,2}\/.*?["']\)/g) ?? [],
    )
    assert.deepEqual(asked, [])
  })

  test('has the licences of the packages in it', () => {
    const licenses = readFileSync(join('dist', 'licenses.txt'), 'utf8')
    for (const name of ['koa', 'zod', 'xstate', 'ws'])
      assert.match(licenses, new RegExp(`^${name} [\\d.]+ \\(MIT\\)\\n\\n.*MIT`, 'ms'))
  })
})
