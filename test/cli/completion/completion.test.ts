import assert from 'node:assert/strict'
import { missingProgram } from '../../../lab/missing-programs.ts'
import { COMMANDS } from '../../../src/cli/commands/commands.ts'
import { MEDIA_CHOICES } from '../../../src/cli/commands/media-options.ts'
import { optionsOf } from '../../../src/cli/parse-command-line.ts'
import { suite } from '../../support/suite.ts'
import { recording, tagEntry } from '../support/samples.ts'
import { f2f, freshHome, problem, startStub } from '../support/stub.ts'
import { complete, SHELL_NAMES } from './shells/shell-session.ts'

const IDS = ['7c1e2a4b-0000-4000-8000-000000000001', '8c1e2a4b-0000-4000-8000-000000000002']
const RECORDINGS = [...IDS, 'current', 'last']
const PRINT_IDS = `printf '%s\\n' ${IDS.join(' ')}`

const EVERY_COMMAND = COMMANDS.map(({ name }) => `f2f ${name} --`)

/** The words that complete each line, in every shell. */
const EXPECTED: Record<string, string[]> = {
  'f2f ': [
    ...new Set([...COMMANDS.map(({ name }) => name.split(' ')[0]!), 'help', 'version']),
  ].sort(),
  'f2f pau': ['pause'],
  'f2f token ': ['create', 'list', 'revoke'],
  'f2f help se': ['selftest', 'serve', 'service', 'setup'],
  'f2f help service ': ['install', 'status', 'uninstall'],
  'f2f completion z': ['zsh'],
  'f2f start --me': ['--media'],
  'f2f start --media s': ['screen', 'speaker'],
  'f2f start --media mic,s': ['screen', 'speaker'],
  'f2f start --media speaker,s': ['screen'],
  'f2f start --media=mic,s': ['screen', 'speaker'],
  'f2f start --quality ': ['sharp', 'small', 'standard'],
  'f2f start --device m': ['mic='],
  'f2f list --state Cl': ['Closed'],
  'f2f token create --scopes read,a': ['admin', 'audit'],
  'f2f export last -o /et': ['etc'],
  'f2f export --gaps ': ['cut', 'fill'],
  'f2f --home /et': ['etc'],
  'f2f stop ': [...RECORDINGS, ...MEDIA_CHOICES].sort(),
  'f2f pause scr': ['screen'],
  'f2f consent gr': ['granted'],
  'f2f show ': RECORDINGS,
  'f2f stop 7': IDS.slice(0, 1),
  'f2f tag ': RECORDINGS,
  'f2f tag desk=3 ': [],
  'f2f stop last ': [],
  'f2f start --media mic --in l': ['last'],
  'f2f --home /one show ': RECORDINGS,
  'f2f show --home=/two ': RECORDINGS,
  'f2f wrong ': [],
}

suite('completion in the shells', (test) => {
  for (const shell of SHELL_NAMES) {
    const missing = missingProgram('commandLine', shell)

    test.unless(
      missing,
      `${shell} completes commands, options, values, files and ids`,
      async () => {
        const lines = [...Object.keys(EXPECTED), ...EVERY_COMMAND]
        const { offers, calls, stderr } = await complete(shell, lines, PRINT_IDS)
        assert.equal(stderr, '')
        for (const [line, words] of Object.entries(EXPECTED))
          assert.deepEqual(offers[line], words, line)
        for (const [index, command] of COMMANDS.entries()) {
          const offered = offers[EVERY_COMMAND[index]!]!.filter((word) => word.startsWith('--'))
          const options = Object.keys(optionsOf(command)).map((name) => `--${name}`)
          assert.deepEqual(offered, options.sort(), command.name)
        }
        assert.deepEqual(
          calls.filter((call) => call.includes('--home')),
          ['completion ids --home=/one', 'completion ids --home=/two'],
        )
      },
    )

    test.unless(missing, `${shell} shows no error where no recorder runs`, async () => {
      const { offers, calls, stderr } = await complete(
        shell,
        ['f2f show '],
        'echo "No recorder is running." >&2; exit 1',
      )
      assert.deepEqual(offers, { 'f2f show ': ['current', 'last'] })
      assert.equal(calls.length, 1)
      assert.equal(stderr, '')
    })
  }
})

suite('f2f completion', (test) => {
  test('ids prints the newest ids and nothing else of the recordings', async () => {
    const tags = [tagEntry('customer', '4711')]
    const stub = await startStub({
      'GET /v1/recordings?limit=20': {
        body: {
          items: [...IDS, '$(touch harm)'].map((id) => ({ ...recording({ tags }), id })),
          nextCursor: 'more',
        },
      },
    })
    try {
      const ran = await f2f(['completion', 'ids'], { home: stub.home })
      assert.equal(ran.stdout, `${IDS.join('\n')}\n`)
      assert.equal(ran.code, 0)
    } finally {
      await stub.close()
    }
  })

  test('ids prints nothing without a recorder, or when the recorder refuses', async () => {
    const nothing = { code: 0, stdout: '', stderr: '' }
    const { json: _, ...ran } = await f2f(['completion', 'ids'], { home: await freshHome() })
    assert.deepEqual(ran, nothing)
    const stub = await startStub({ 'GET /v1/recordings?limit=20': problem(503, 'INTERRUPTED') })
    try {
      const { json: _, ...refused } = await f2f(['completion', 'ids'], { home: stub.home })
      assert.deepEqual(refused, nothing)
      assert.equal(stub.requests.length, 1)
    } finally {
      await stub.close()
    }
  })

  test('ids prints nothing when the recorder does not answer in time', async () => {
    let release = () => {}
    const hold = new Promise<void>((resolve) => {
      release = resolve
    })
    const stub = await startStub({ 'GET /v1/recordings?limit=20': { body: {}, hold } })
    try {
      const ran = await f2f(['completion', 'ids'], { home: stub.home })
      assert.equal(ran.code, 0)
      assert.equal(ran.stdout + ran.stderr, '')
    } finally {
      release()
      await stub.close()
    }
  })

  test('an unknown shell is wrong usage', async () => {
    const ran = await f2f(['completion', 'csh'])
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, /bash, zsh, fish/)
  })
})
