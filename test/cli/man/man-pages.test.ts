import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { missingProgram } from '../../../lab/missing-programs.ts'
import { COMMANDS } from '../../../src/cli/commands/commands.ts'
import { manPages } from '../../../src/cli/man/man-pages.ts'
import { prose } from '../../../src/cli/man/roff.ts'
import { optionsOf } from '../../../src/cli/parse-command-line.ts'
import { suite } from '../../support/suite.ts'

const PAGES = manPages(COMMANDS, '1.2.3')
const SECTIONS = [
  ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES'],
  ...['EXAMPLES', 'SEE ALSO'],
]

const formatted = new Map<string, { text: string; warnings: string }>()

/** Formats a page as `man` does, without colours, on lines that never end too early. */
function format(name: string): { text: string; warnings: string } {
  const known = formatted.get(name) ?? formatRoff(PAGES.get(name) ?? '')
  formatted.set(name, known)
  return known
}

function formatRoff(page: string): { text: string; warnings: string } {
  const ran = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-rLL=1000n', '-P-c', '-P-bou'], {
    input: page,
    encoding: 'utf8',
  })
  assert.equal(ran.error, undefined)
  return { text: ran.stdout, warnings: ran.stderr }
}

suite('man pages', (test) => {
  const missing = missingProgram('commandLine', 'groff')

  for (const [name, page] of PAGES)
    test.unless(missing, `${name} has all sections, and groff has no warning`, () => {
      const { text, warnings } = format(name)
      assert.equal(warnings, '')
      const found = text.split('\n').filter((line) => /^[A-Z][A-Z ]+$/.test(line))
      assert.deepEqual(
        found.filter((section) => section !== 'COMMANDS'),
        SECTIONS,
      )
      // Of the roff itself: a bare hyphen could be shown as another character.
      assert.doesNotMatch(page.replaceAll('\\-', ''), /-|[^\n -~]/)
    })

  test.unless(missing, 'each command has a page with its options and examples', () => {
    const main = format('f2f.1').text
    for (const command of COMMANDS) {
      const name = `f2f-${command.name.replace(' ', '-')}`
      assert.ok(main.includes(`f2f ${command.name}`) && main.includes(`${name}(1)`), name)
      const { text } = format(`${name}.1`)
      for (const option of Object.keys(optionsOf(command)))
        assert.match(text, new RegExp(`^ {7}(-\\w, )?--${option}\\b`, 'm'), `${name} --${option}`)
      for (const { line } of command.examples) assert.ok(text.includes(`       ${line}`), line)
    }
  })

  test('text appears as it is, whatever it contains', () => {
    assert.equal(prose('.a -b\\c'), '\\&.a \\-b\\(rsc')
    assert.equal(prose('“it’s”'), '\\[u201C]it\\[u2019]s\\[u201D]')
    assert.equal(prose('Run `f2f -h`. Then go.'), 'Run \\fBf2f \\-h\\fR.\nThen go.')
  })

  test('package.json names every page, so that npm installs them', async () => {
    const file = new URL('../../../package.json', import.meta.url)
    const { man } = JSON.parse(await readFile(file, 'utf8'))
    assert.deepEqual(man.sort(), [...PAGES.keys()].map((name) => `dist/man/${name}`).sort())
  })
})
