import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMMANDS } from '../../src/cli/commands/commands.ts'
import { commandHelp } from '../../src/cli/help.ts'
import { problemText } from '../../src/cli/text/problem-text.ts'
import { styleFor } from '../../src/cli/text/style.ts'
import { ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { f2f, freshHome, problem, startStub } from './support/stub.ts'

const PLAIN = styleFor({}, {})
/** Errors of requests that `f2f` never sends, with a token that may do everything. */
const NEVER_SENT: readonly ErrorCode[] = [
  ...(['FORBIDDEN_HOST', 'FORBIDDEN_ORIGIN', 'METHOD_NOT_ALLOWED', 'NOT_ACCEPTABLE'] as const),
  ...(['UNSUPPORTED_MEDIA_TYPE', 'EXPECTATION_FAILED', 'UPGRADE_REQUIRED'] as const),
  ...([
    'IDEMPOTENCY_MISMATCH',
    'IN_FLIGHT',
    'VERSION_MISMATCH',
    'INVALID_JSON',
    'FORBIDDEN_SCOPE',
  ] as const),
  ...(['RANGE_NOT_SATISFIABLE', 'HEADERS_TOO_LARGE'] as const),
  ...(['RATE_LIMITED', 'INTERNAL', 'PAYLOAD_TOO_LARGE'] as const),
  ...(['TOO_MANY_CONNECTIONS', 'TOO_MANY_STREAMS'] as const),
]

suite('what f2f says about wrong use', (test) => {
  test('no remedy sends a person at a terminal to a route or to a member of the answer', () => {
    const answerable = (Object.keys(ERRORS) as ErrorCode[]).filter(
      (code) => !NEVER_SENT.includes(code),
    )
    for (const code of answerable) {
      const [, title, remedy] = ERRORS[code]
      const text = problemText({ code, title, remedy, detail: 'What happened.' }, PLAIN)
      assert.doesNotMatch(text, /\b(?:GET|POST|PUT|DELETE) |\/v1\/|`[a-zA-Z]+` (?:names|of)|…\//)
      assert.match(text, /\n-> .*\.\n/, code)
    }
  })

  test('mistakes in a request are named once, and without words about the request', () => {
    const detail = 'The request is well-formed but not valid. `errors` names every fault.'
    const errors = [{ pointer: '/tags/pan', detail: 'This holds the number of a payment card.' }]
    const [, title, remedy] = ERRORS.INVALID_REQUEST
    assert.equal(
      problemText({ code: 'INVALID_REQUEST', title, detail, remedy, errors }, PLAIN),
      [
        'The request is not valid.',
        '  /tags/pan: This holds the number of a payment card.',
        '-> Correct that, and run the command again. `f2f help COMMAND` shows what it accepts.',
        '(INVALID_REQUEST)',
        '',
      ].join('\n'),
    )
  })

  test('what the recorder does not have is named by the recorder’s own sentence', async () => {
    const stub = await startStub({
      'GET /v1/audit/receipts/99': problem(404, 'NOT_FOUND', {
        detail: 'The log has no event 99.',
      }),
    })
    const { stderr } = await f2f(['audit', 'receipt', '99'], { home: stub.home })
    await stub.close()
    assert.match(stderr, /^The log has no event 99\.\n->/)
  })

  test('a token that does not exist is not revoked, and the list of tokens is the remedy', async () => {
    const stub = await startStub({
      'GET /v1/tokens?limit=1000': { body: { items: [], nextCursor: null } },
    })
    const ran = await f2f(['token', 'revoke', 'crm'], { home: stub.home })
    await stub.close()
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /^There is no token with this name or id\.\n-> .*`f2f token list`/)
  })

  test('a file that does not exist is called that', async () => {
    const home = await freshHome()
    const missing = join(home.folder, 'missing')
    for (const line of [
      ['key', 'restore'],
      ['verify', '--receipt'],
      ['verify', '--bundle'],
    ]) {
      const { code, stderr } = await f2f([...line, missing], { home })
      assert.equal(code, 1, line.join(' '))
      assert.match(stderr, /missing does not exist\.\n/)
      assert.doesNotMatch(stderr, /ENOENT/)
    }
  })

  test('a file is no home folder', async () => {
    const { folder } = await freshHome()
    const file = join(folder, 'file')
    await writeFile(file, '')
    const { stderr } = await f2f(['key', 'status', '--home', file])
    assert.doesNotMatch(stderr, /EEXIST|ENOTDIR/)
    const served = await f2f(['serve', '--home', file, '--port', '0'])
    assert.match(served.stderr, /file is a file, and no folder\. Choose another home folder\./)
  })

  test('a missing argument is named without those that may be left out', async () => {
    assert.match((await f2f(['tag'])).stderr, /The argument KEY=VALUE… \| - is missing\./)
    assert.match((await f2f(['erase'])).stderr, /The argument ID is missing\./)
  })

  test('an empty argument is none: f2f hold release ID "" releases no hold', async () => {
    for (const line of [
      ['hold', 'release', 'cb455be5', '', '--reason', 'x'],
      ['erase', '', '--reason', 'x', '--yes'],
      ['stop', ''],
      ['tag', '', 'a=1'],
    ]) {
      const { code, stderr } = await f2f(line, { home: await freshHome() })
      assert.equal(code, 2, line.join(' '))
      assert.match(stderr, /: There is an empty argument/)
    }
  })

  test('a misspelt medium is named, and is no recording that does not exist', async () => {
    for (const [word, medium] of [
      ['screne', 'screen'],
      ['micro', 'mic'],
      ['speakers', 'speaker'],
    ] as const) {
      const { code, stderr } = await f2f(['pause', word], { home: await freshHome() })
      assert.equal(code, 2, word)
      assert.match(stderr, new RegExp(`Did you mean ${medium}\\?`))
    }
    // Ids have other letters.
    const { stderr } = await f2f(['pause', 'cafe5eed'], { home: await freshHome() })
    assert.match(stderr, /NO_DAEMON/)
  })

  test('an option whose value begins with a hyphen says how to write it', async () => {
    const { code, stderr } = await f2f(['start', '--wrap-up-seconds', '-1'])
    assert.equal(code, 2)
    assert.match(stderr, /--wrap-up-seconds=…/)
    assert.doesNotMatch(stderr, /ambiguous/)
  })

  test('an option without its value says what the value is', async () => {
    const { stderr } = await f2f(['start', '--consent'])
    assert.match(stderr, /The option --consent needs a value: METHOD\./)
    assert.match((await f2f(['status', '--watch=1'])).stderr, /The option --watch takes no value\./)
  })

  test('an unknown command of a group is named, with the one that was meant', async () => {
    const { code, stderr } = await f2f(['audit', 'gap'])
    assert.equal(code, 2)
    assert.match(stderr, /^There is no command audit gap\.\nDid you mean f2f audit gaps\?/)
  })

  test('no help says a sentence twice', () => {
    for (const command of COMMANDS) {
      const help = commandHelp(command, PLAIN).replace(/\s+/g, ' ')
      assert.doesNotMatch(help, /([A-Z][^.]{10,}\.) \1/, command.name)
    }
  })
})
