import assert from 'node:assert/strict'
import { ERRORS } from '../../src/contract/errors.ts'
import { WARNINGS } from '../../src/contract/warnings.ts'
import { suite } from '../support/suite.ts'
import { readPage, section, tableRows } from './support/markdown.ts'

interface Entry {
  status: number
  title: string
  remedy: string
  cause: string
}

/** Parses the page's entry of each code. Throws when a code is described twice. */
function described(page: string): Record<string, Entry> {
  const entries: Record<string, Entry> = {}
  for (const part of page.split(/^### /m).slice(1)) {
    const [, code, status, title, text] =
      /^`([A-Z_]+)` \((\d{3})\): ([^\n]+)\n(.*?)(?=\n## |$)/s.exec(part) ?? []
    if (code === undefined || text === undefined)
      throw new Error(`a heading that is no code: ${part.split('\n')[0]}`)
    if (entries[code]) throw new Error(`${code} is described twice`)
    const [cause = '', remedy = ''] = text.trim().split('\n\nRemedy: ')
    entries[code] = { status: Number(status), title: title as string, remedy, cause }
  }
  return entries
}

suite('docs/errors.md', (test) => {
  const page = described(readPage('docs/errors.md'))

  test('describes every code of the registry and no other, with its status, title and remedy', () => {
    assert.deepEqual(Object.keys(page).sort(), Object.keys(ERRORS).sort())
    for (const [code, { status, title, remedy }] of Object.entries(page))
      assert.deepEqual([status, title, remedy], ERRORS[code as keyof typeof ERRORS], code)
  })

  test('describes every warning and no other, with its title and remedy', () => {
    const rows = tableRows(section(readPage('docs/errors.md'), 'Warnings').text)
    const described = rows.map(([code, title, cause = '', remedy]) => {
      assert.ok(cause.length > 20, code)
      return [code?.slice(1, -1), [title, remedy]]
    })
    assert.deepEqual(Object.fromEntries(described), WARNINGS)
  })

  test('names the cause of each', () => {
    for (const [code, { cause }] of Object.entries(page)) assert.ok(cause.length > 20, code)
  })
})
