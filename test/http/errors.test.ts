import assert from 'node:assert/strict'
import { ERRORS, type ErrorCode, RecorderError } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from './support/daemon.ts'
import { toProblem } from './support/expect.ts'
import { recordingView } from './support/stub-recorder.ts'

suite('errors', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    daemon.recorder.current = 'rec_current'
  })
  test.afterEach(() => daemon.close())

  test('every error has the status, title and remedy of its code', async () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      if (code === 'METHOD_NOT_ALLOWED') continue
      daemon.recorder.answer = async () => {
        throw new RecorderError(code, 'As the recorder says.', {
          members: { retryAfterSeconds: 1 },
        })
      }
      const problem = await toProblem(await daemon.post('/v1/recordings/current/pause'), code)
      assert.equal(problem.detail, 'As the recorder says.')
    }
  })

  test('the members of an error never replace its status or code', async () => {
    daemon.recorder.answer = async () => {
      throw new RecorderError('INVALID_STATE', 'No.', {
        members: { status: 200, code: 'OK', state: 'Paused' },
      })
    }
    assert.equal(
      (await toProblem(await daemon.post('/v1/recordings/current/pause'), 'INVALID_STATE')).state,
      'Paused',
    )
  })

  test('an unexpected error reveals nothing to the client, and is in the log with its cause', async () => {
    const cause = new Error('LEVEL_CORRUPTION /home/tester/secret')
    const failures: unknown[] = [
      new Error('disk on fire', { cause }),
      new TypeError('x is not a function'),
      'text',
      null,
    ]
    for (const failure of failures) {
      daemon.recorder.failReading = failure as Error
      const read = Object.getPrototypeOf(daemon.recorder).recording
      daemon.recorder.recording = async () => {
        throw failure
      }
      const answer = await daemon.call('/v1/recordings/current')
      daemon.recorder.recording = read
      const requestId = answer.headers.get('x-request-id')
      const problem = JSON.stringify(await toProblem(answer, 'INTERNAL'))
      for (const word of ['fire', 'function', 'text', 'secret', 'stack', '.ts'])
        assert.ok(!problem.includes(word), word)
      const line = daemon.logLines
        .map((text) => JSON.parse(text))
        .find((entry) => entry.level === 50 && entry.requestId === requestId)
      assert.ok(line, 'it is logged under the request id')
    }
    const log = daemon.logLines.join('')
    assert.ok(log.includes('disk on fire') && log.includes('LEVEL_CORRUPTION'))
  })
})

suite('the log', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(() => daemon.close())

  const entries = () => daemon.logLines.map((line) => JSON.parse(line))

  test('has commands at info and reads at debug, under the request id of the answer', async () => {
    const command = await daemon.post('/v1/recordings/current/tags', { tags: { a: 1 } })
    const read = await daemon.call('/v1/recordings?limit=5')
    for (const [answer, level, route] of [
      [command, 30, '/v1/recordings/:id/tags'],
      [read, 20, '/v1/recordings'],
    ] as const) {
      const entry = entries().find(
        ({ requestId }) => requestId === answer.headers.get('x-request-id'),
      )
      assert.equal(entry.level, level)
      assert.equal(entry.route, route)
      assert.equal(entry.status, 200)
      assert.equal(entry.client, 'home')
      assert.equal(typeof entry.durationMs, 'number')
    }
  })

  test('names the reason of a refused request', async () => {
    await daemon.call('/v1/application', { token: null })
    assert.equal(entries().at(-1).code, 'UNAUTHENTICATED')
  })

  test('contains no credential and no value from a body, query or path', async () => {
    const secrets = [
      'IBAN-4711',
      'CUSTOMER-QUERY',
      'WRONG-TOKEN',
      'LAUNCH-GUESS',
      'PATH-VALUE',
      'COOKIE-GUESS',
      HOME_TOKEN,
    ]
    await daemon.post('/v1/recordings', { tags: { iban: 'IBAN-4711' } })
    await daemon.post('/v1/recordings', { tags: { 'IBAN-4711 ': ['IBAN-4711'] } })
    await daemon.post('/v1/recordings', '{"iban": IBAN-4711')
    await daemon.call('/v1/recordings?customer=CUSTOMER-QUERY')
    await daemon.call('/v1/PATH-VALUE')
    await daemon.call('/v1/recordings/PATH-VALUE_1234')
    await daemon.call('/v1/application', { token: 'WRONG-TOKEN' })
    await daemon.call('/launch/LAUNCH-GUESS', { token: null })
    await daemon.call('/v1/application', {
      token: null,
      headers: { cookie: `f2f_session_${daemon.port}=COOKIE-GUESS` },
    })
    secrets.push((await daemon.signIn()).split('=')[1] ?? 'none')
    const { token } = (await (
      await daemon.post('/v1/tokens', { name: 'crm', scopes: ['read'] })
    ).json()) as {
      token: string
    }
    await daemon.call('/v1/application', { token })
    const log = daemon.logLines.join('')
    assert.ok(daemon.logLines.length >= 11)
    for (const secret of [...secrets, token]) assert.ok(!log.includes(secret), secret.slice(0, 12))
  })
})
