import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SCOPES, UI_SCOPES } from '../../src/access/scopes.ts'
import { suite } from '../support/suite.ts'
import { ROOT, readPage, section, tableRows } from './support/markdown.ts'

const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...['docs/', 'docs/decisions/'].flatMap((folder) =>
    readdirSync(fileURLToPath(new URL(folder, ROOT)))
      .filter((name) => name.endsWith('.md'))
      .map((name) => folder + name),
  ),
]

/** The anchors of a page, as GitHub derives them from its headings. */
function anchors(page: string): string[] {
  return [...page.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The links of a page whose target does not exist. */
function deadLinks(path: string): string[] {
  const links = [...readPage(path).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(
    (match) => match[1] as string,
  )
  return links.filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = new URL(file, new URL(path, ROOT)).href.slice(ROOT.href.length) || path
    if (!existsSync(new URL(target, ROOT))) return true
    return anchor !== undefined && !anchors(readPage(target)).includes(anchor)
  })
}

suite('pages', (test) => {
  for (const path of PAGES) {
    test(`${path}: every link has a target`, () => {
      assert.deepEqual(deadLinks(path), [])
    })
  }

  test('docs/authentication.md lists every scope, and those of the page', () => {
    const { text } = section(readPage('docs/authentication.md'), 'Scopes')
    const named = tableRows(text).map(([scope]) => scope?.replaceAll('`', ''))
    assert.deepEqual(named, [...SCOPES])
    assert.deepEqual(
      SCOPES.filter((scope) => !UI_SCOPES.includes(scope)),
      ['admin'],
    )
    assert.match(text, /the page all but `admin`/)
  })

  test('docs/architecture.md links every decision', () => {
    const { text } = section(readPage('docs/architecture.md'), 'Decisions')
    const decisions = PAGES.filter((path) => path.startsWith('docs/decisions/'))
    assert.deepEqual(
      decisions.filter((path) => !text.includes(`](${path.slice('docs/'.length)})`)),
      [],
    )
  })

  test('CONTRIBUTING.md: whatever the table names, to change it, exists', () => {
    const { text } = section(readPage('CONTRIBUTING.md'), 'Where to change what')
    const rows = tableRows(text).map(([, places = '']) => places)
    assert.ok(rows.length > 10)
    const sources = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readPage(`src/${name}`))
      .join('\n')
    const { scripts } = JSON.parse(readPage('package.json'))
    for (const [, name = ''] of rows.join('\n').matchAll(/`([^`]+)`/g)) {
      const [isPath, isScript] = [
        name.includes('/') && !name.includes('…'),
        /^npm run (.+)/.exec(name),
      ]
      if (isScript) assert.ok(isScript[1]! in scripts, name)
      else if (isPath) {
        const inSources = /^(?:src|test)\//.test(name) ? name : `src/${name}`
        assert.ok(existsSync(new URL(inSources, ROOT)), name)
      } else if (/^#?[A-Za-z_]{3,}$/.test(name)) assert.ok(sources.includes(name), name)
    }
  })

  test('docs/prerequisites.md names every package and program that the set-up installs', () => {
    const { text } = section(readPage('docs/prerequisites.md'), 'Packages on Linux')
    const groups: Record<string, string>[] = Object.values(
      JSON.parse(readPage('lab/programs.json')),
    )
    const named = groups.flatMap((group) => Object.entries(group).flat())
    assert.deepEqual(
      named.filter((name) => !text.includes(`\`${name}\``)),
      [],
    )
  })
})
