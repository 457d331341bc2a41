import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allTables, tablesOf, writeTables } from '../../scripts/docs/configuration-tables.ts'
import { serve } from '../../src/cli/commands/serve.ts'
import { DEFAULT_RESERVE_BYTES } from '../../src/disk/default-reserve.ts'
import { readConfig } from '../../src/home/config.ts'
import { CONFIG_SCHEMA } from '../../src/home/config-schema.ts'
import { resolveHome } from '../../src/home/home.ts'
import { suite } from '../support/suite.ts'
import { ROOT, readPage, section, tableRows } from './support/markdown.ts'

const PAGE = readPage('docs/configuration.md')
const rows = (title: string) => tableRows(section(PAGE, title).text)
/** The words in code spans of a cell. */
const words = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)

/** The names of all environment variables that the sources read. */
async function variablesInSources(): Promise<string[]> {
  const folder = fileURLToPath(new URL('src/', ROOT))
  const paths = await readdir(folder, { recursive: true })
  const names = new Set<string>()
  for (const path of paths.filter((name) => /\.c?ts$/.test(name))) {
    const source = await readFile(join(folder, path), 'utf8')
    for (const [, name] of source.matchAll(/\benv\.([A-Z][A-Z0-9_]+)/g)) names.add(name!)
    for (const [, list] of source.matchAll(/\{([^{}]*)\} = (?:this\.#|process\.)?env\b/g))
      for (const [name] of list!.matchAll(/\b[A-Z][A-Z0-9_]{2,}\b/g)) names.add(name)
  }
  return [...names]
}

suite('docs/configuration.md', (test) => {
  test('has the tables that the schema of config.json makes, and all of them', () => {
    assert.equal(PAGE, writeTables(PAGE), 'Run `npm run config-docs`.')
    assert.deepEqual(tablesOf(PAGE).sort(), allTables().sort())
    const reserve = rows('config.json').find(([key]) => key === '`reserveBytes`')
    assert.equal(reserve?.[2], String(DEFAULT_RESERVE_BYTES))
  })

  test('has an example that is valid, with every key', async () => {
    const example = /```json\n(.*?)```/s.exec(section(PAGE, 'config.json').text)?.[1] ?? ''
    const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-config-')))
    await writeFile(home.configFile, example)
    const keys = Object.keys(CONFIG_SCHEMA.shape)
    assert.deepEqual(Object.keys(await readConfig(home)).sort(), keys.sort())
  })

  test('lists every option of f2f serve with its choices', () => {
    const listed = new Map(rows('Options of f2f serve').map(([name, value]) => [name, value]))
    const options = Object.keys(serve.options).map((name) => `\`--${name}\``)
    assert.deepEqual([...listed.keys()].sort(), ['`--home`', ...options].sort())
    for (const [name, { choices }] of Object.entries<{ choices?: string[] }>(serve.options))
      if (choices) assert.deepEqual(words(listed.get(`\`--${name}\``)), choices)
  })

  test('lists every environment variable that the sources read, and no other', async () => {
    const listed = rows('Environment variables').flatMap(([cell]) => words(cell))
    const read = await variablesInSources()
    assert.deepEqual([...listed].sort(), read.sort())
  })
})
