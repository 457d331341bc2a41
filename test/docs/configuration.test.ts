import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '../../src/cli/commands/serve.ts'
import { QUALITY_PRESETS, QUALITY_RANGES } from '../../src/contract/quality.ts'
import { DEFAULT_RESERVE_BYTES } from '../../src/disk/default-reserve.ts'
import { readConfig } from '../../src/home/config.ts'
import { CONFIG_KEYS } from '../../src/home/config-checks.ts'
import { resolveHome } from '../../src/home/home.ts'
import { suite } from '../support/suite.ts'
import { ROOT, readPage, section, tableRows } from './support/markdown.ts'

const PAGE = readPage('docs/configuration.md')
const rows = (title: string) => tableRows(section(PAGE, title).text)
/** The words in code spans of a cell. */
const words = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)
/** Read by the programs that the daemon starts, not by its own code. */
const OF_CHILD_PROGRAMS = ['XDG_RUNTIME_DIR', 'PULSE_SERVER']

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
  test('lists every key of config.json, and its example is valid', async () => {
    const keys = rows('config.json').map(([key]) => words(key)[0])
    assert.deepEqual(keys.sort(), [...CONFIG_KEYS].sort())
    const example = /```json\n(.*?)```/s.exec(section(PAGE, 'config.json').text)?.[1] ?? ''
    const home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-config-')))
    await writeFile(home.configFile, example)
    assert.deepEqual(Object.keys(await readConfig(home)).sort(), [...CONFIG_KEYS].sort())
    const reserve = rows('config.json').find(([key]) => key === '`reserveBytes`')
    assert.equal(reserve?.[2], String(DEFAULT_RESERVE_BYTES))
  })

  test('has the range and the presets of every number of the quality', () => {
    const { small, standard, sharp } = QUALITY_PRESETS
    const expected = Object.entries(QUALITY_RANGES).map(([name, range]) => {
      const key = name as keyof typeof QUALITY_RANGES
      return [`\`${key}\``, ...range, small[key], standard[key], sharp[key]].map(String)
    })
    assert.deepEqual(
      rows('Quality').map((row) => row.slice(0, -1)),
      expected,
    )
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
    const read = [...(await variablesInSources()), ...OF_CHILD_PROGRAMS]
    assert.deepEqual([...listed].sort(), read.sort())
  })
})
