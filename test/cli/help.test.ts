import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { COMMANDS } from '../../src/cli/commands/commands.ts'
import { commandHelp, overview } from '../../src/cli/help.ts'
import { styleFor } from '../../src/cli/text/style.ts'
import { ACCESS_ACTS } from '../../src/contract/custody.ts'
import { suite } from '../support/suite.ts'
import { f2f } from './support/stub.ts'

const guide = await readFile(new URL('../../docs/command-line.md', import.meta.url), 'utf8')

/** A line that is copied, so it is never broken. */
const EXAMPLE = /^ {2}(?:f2f |echo |\()/

suite('help', (test) => {
  test('f2f --help and f2f help name every command, the exit codes and the environment', async () => {
    const ran = await f2f(['--help'])
    assert.equal(ran.code, 0)
    for (const { name, summary } of COMMANDS) {
      assert.match(ran.stdout, new RegExp(`^ {2}${name}\\b`, 'm'))
      assert.ok(ran.stdout.includes(summary))
    }
    for (const word of ['F2F_HOME', 'F2F_PORT', 'NO_COLOR', 'wrong usage'])
      assert.ok(ran.stdout.includes(word), word)
    assert.equal((await f2f(['help'])).stdout, ran.stdout)
  })

  for (const command of COMMANDS) {
    const words = command.name.split(' ')

    test(`f2f ${command.name} --help explains each option and gives examples`, async () => {
      const ran = await f2f([...words, '--help'])
      assert.equal(ran.code, 0)
      for (const name of [...Object.keys(command.options), 'home', 'help'])
        assert.match(ran.stdout, new RegExp(`^ {2}(-\\w, )?--${name}\\b.* {2}\\S`, 'm'))
      assert.equal(ran.stdout.includes('--json  '), command.json !== false)
      assert.ok(command.examples.length > 0)
      for (const { line } of command.examples) assert.ok(ran.stdout.includes(line), line)
      assert.ok(ran.stdout.split('\n').every((line) => line.length <= 110))
      assert.equal((await f2f(['help', ...words])).stdout, ran.stdout)
    })

    test(`docs/command-line.md shows f2f ${command.name} with an example and every option`, () => {
      assert.match(guide, new RegExp(`^(\\S.*)?f2f ${command.name}\\b`, 'm'))
      for (const name of Object.keys(command.options)) assert.ok(guide.includes(`--${name}`), name)
    })
  }

  test('the help of lists of accesses names every act, and that of tokens what each scope allows', async () => {
    const helpOf = async (...words: string[]) =>
      (await f2f([...words, '--help'])).stdout.replace(/\s+/g, ' ')
    for (const help of [await helpOf('show'), await helpOf('audit', 'accesses')])
      for (const act of ACCESS_ACTS)
        assert.match(help, new RegExp(`\\b${act === 'readEvents' ? 'read' : act}\\b`))
    const scopes = await helpOf('token', 'create')
    for (const word of ['consent', 'bundles', 'replay', 'holds', 'erasure', 'retention', 'keys'])
      assert.ok(scopes.includes(word), word)
  })

  test('a group of commands lists them; the group alone is wrong usage', async () => {
    assert.match(
      (await f2f(['token', '--help'])).stdout,
      /token create[\s\S]*token list[\s\S]*token revoke NAME/,
    )
    assert.equal((await f2f(['help', 'token'])).code, 0)
    assert.equal((await f2f(['token'])).code, 2)
    assert.equal((await f2f(['token', 'steal'])).code, 2)
  })

  test('wrong usage ends with exit code 2 and points to the help on stderr', async () => {
    const lines = [
      '',
      'strat',
      '--port 1',
      'help strat',
      'help audit refusal',
      'stop --foo',
      'stop --media',
      'stop --media=',
      'stop a b',
    ]
    for (const line of [
      ...lines,
      'status x',
      'token revoke',
      'start --media sound',
      'start --wrap-up-seconds 3601',
    ]) {
      const ran = await f2f(line === '' ? [] : line.split(' '))
      assert.equal(ran.code, 2, line)
      assert.equal(ran.stdout, '')
      assert.match(ran.stderr, /f2f/, line)
    }
    for (const line of [
      'start --device laptop=1',
      'start --device mic=',
      'start --require most',
      'list --limit 0',
    ])
      assert.equal((await f2f(line.split(' '))).code, 2, line)
    assert.match((await f2f(['stat'])).stderr, /Did you mean f2f sta/)
  })

  test('f2f --version prints the version of the package', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    assert.equal((await f2f(['--version'])).stdout, `f2f-recorder ${version}\n`)
  })

  test('help fits terminals of 60, 80 and 120 columns', async () => {
    for (const width of [60, 80, 120])
      for (const text of [
        overview(COMMANDS, styleFor({ columns: width }, {})),
        ...COMMANDS.map((command) => commandHelp(command, styleFor({ columns: width }, {}))),
      ]) {
        const prose = text.split('\n').filter((line) => !EXAMPLE.test(line))
        for (const line of prose) assert.ok(line.length <= width, `${width}: ${line}`)
      }
  })

  test('the first recording fits a terminal of 80 columns, its explanations too', () => {
    const lines = overview(COMMANDS, styleFor({ columns: 80 }, {})).split('\n')
    assert.ok(lines.includes('  f2f serve'))
    for (const line of lines) assert.ok(line.length <= 80, line)
  })
})
