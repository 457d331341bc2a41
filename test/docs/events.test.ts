import assert from 'node:assert/strict'
import { EVENT_TYPES } from '../../src/contract/event-types.ts'
import { suite } from '../support/suite.ts'
import { readPage, tableRows } from './support/markdown.ts'

/**
 * Reads the fields of a type from its source, because types do not exist at run time. `?` marks
 * optional fields.
 */
function fieldsIn(definition: string, facts: string[]): string[] {
  const picked = /Pick<\s*SegmentDescription,\s*([^>]+)>/.exec(definition)?.[1]
  const inherited = picked
    ? [...picked.matchAll(/'(\w+)'/g)].map((match) => match[1] as string)
    : facts
  const own = [...definition.matchAll(/\b(\w+\??):/g)].map((match) => match[1] as string)
  return [...(definition.includes('SegmentDescription') ? inherited : []), ...own]
}

/** Reads the fields of each event from src/contract/events.ts. */
function definedFields(): Record<string, string[]> {
  const source = readPage('src/contract/events.ts').replace(/\/\*\*.*?\*\//gs, '')
  const body = (name: string) =>
    new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, 's').exec(source)?.[1] ?? ''
  const facts = fieldsIn(body('SegmentDescription'), [])
  const definitions = body('EventData')
    .split(/^ {2}'/m)
    .slice(1)
  return Object.fromEntries(
    definitions.map((text) => {
      const [type = '', definition = ''] = text.split(/':(.*)/s)
      return [type, fieldsIn(definition, facts).sort()]
    }),
  )
}

/**
 * Reads the fields of each event from the page's tables: the words in code style, without values in
 * brackets.
 */
function describedFields(page: string): Record<string, string[]> {
  const rows = tableRows(page).filter(([type]) => /^`\w+\.\w+`$/.test(type ?? ''))
  const fields = rows.map(([type = '', , data = '']) => [
    type.slice(1, -1),
    [...data.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`(\??)/g)]
      .map((match) => `${match[1]}${match[2]}`)
      .sort(),
  ])
  assert.equal(
    new Set(fields.map(([type]) => type)).size,
    fields.length,
    'a type is described twice',
  )
  return Object.fromEntries(fields)
}

suite('docs/events.md', (test) => {
  const described = describedFields(readPage('docs/events.md'))

  test('describes every type of event and no other', () => {
    assert.deepEqual(Object.keys(described).sort(), [...EVENT_TYPES].sort())
  })

  test('names the fields of each', () => {
    const defined = definedFields()
    assert.deepEqual(Object.keys(defined).sort(), [...EVENT_TYPES].sort())
    assert.deepEqual(described, defined)
  })
})
