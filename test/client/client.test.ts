import assert from 'node:assert/strict'
import { createClient } from '../../src/client/client.ts'
import {
  ConnectionError,
  ControlHeldError,
  ForbiddenError,
  InvalidRequestError,
  InvalidStateError,
  NotFoundError,
  RecorderProblem,
  UnauthenticatedError,
  UnexpectedAnswerError,
} from '../../src/client/errors.ts'
import { AUDIT_REPORTS } from '../../src/contract/audit.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../http/support/daemon.ts'
import { AT, recordingView } from '../http/support/stub-recorder.ts'
import { holdThread } from '../support/hold-thread.ts'
import { suite } from '../support/suite.ts'
import { closeServers, startServer } from './support/server.ts'

suite('the client library', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(async () => {
    await closeServers()
    await daemon.close()
  })

  const client = (options = {}) => createClient({ url: daemon.url, token: HOME_TOKEN, ...options })

  test('sends every command with its body, and with a key of its own', async () => {
    const recorder = client()
    const id = 'rec_started'
    await recorder.start({ media: ['mic'], tags: { customer: 'C-1' } })
    await recorder.startMedia(id, { media: ['screen'] })
    await recorder.pause(id, { maxPauseSeconds: 60 })
    await recorder.resume(id)
    await recorder.tag(id, { card: true })
    await recorder.stop(id, { media: ['mic'] }, { ifMatch: 3 })
    await recorder.close(id, { idempotencyKey: 'mine' })
    const { commands } = daemon.recorder
    assert.deepEqual(
      commands.map(({ name }) => name),
      [
        ...['recording.start', 'track.start', 'track.pause', 'track.resume', 'recording.tag'],
        ...['track.stop', 'recording.close'],
      ],
    )
    const keys = commands.map(({ idempotency }) => idempotency?.key)
    assert.equal(new Set(keys).size, commands.length)
    assert.equal(keys.at(-1), 'mine')
    assert.equal(commands[5]?.expectedVersion, 3)
    assert.deepEqual(commands[4]?.request, { tags: { card: true } })
  })

  test('reads everything that the API has as JSON', async () => {
    const recorder = client({ url: `${daemon.url}/v1/` })
    const view = recordingView('rec_reading')
    daemon.recorder.views.set(view.id, view)
    daemon.recorder.append('recording.paused', view.id)
    assert.equal((await recorder.recording(view.id)).tagHistory?.[0]?.key, 'customer')
    assert.equal((await recorder.recordings({ limit: 1, state: 'Active' })).items[0]?.id, view.id)
    assert.equal((await recorder.search({ tags: { customer: 'C-1' } })).nextCursor, null)
    assert.equal((await recorder.events(view.id, { after: 0 })).items[0]?.position, 1)
    assert.deepEqual((await recorder.segments(view.id)).items, [])
    assert.equal((await recorder.application()).state, 'Idle')
    assert.equal((await recorder.devices()).screen.available, false)
    assert.equal((await recorder.readiness(['mic'])).checks[0]?.medium, 'mic')
    assert.match((await recorder.launchUrl()).url, /\/launch\//)
    await recorder.ping()
    assert.ok((await recorder.openApi()) !== null)
    const { id, token } = await recorder.createToken({ name: 'crm', scopes: ['read'] })
    assert.equal((await client({ token }).application()).errors[0]?.since, AT)
    await recorder.revokeToken(id)
    await assert.rejects(client({ token }).application(), UnauthenticatedError)
    await recorder.endSessions()
  })

  test('has a method for every route of the API that answers with JSON', async () => {
    const called = new Set<string>()
    const recorder = client({
      fetch: (async (url: string, { method }: RequestInit) => {
        const path = new URL(url).pathname
          .replace(/\/some-id(?=\/|$)|\/current$/, '/{id}')
          .replace(/verifications\/\{id\}$/, 'verifications/{verificationId}')
          .replace(/screen\/[^/]+\/index$/, '{medium}/{number}/index')
          .replace(/holds\/[^/]+\/release$/, 'holds/{holdId}/release')
        called.add(`${method} ${path}`)
        throw new Error('not sent')
      }) as unknown as typeof fetch,
    })
    const { request, open, follow, inspect, readiness, ...methods } = recorder
    await readiness().catch(() => {})
    for (const name of AUDIT_REPORTS) await methods.auditReport(name).catch(() => {})
    for (const method of Object.values(methods))
      await (method as (...args: unknown[]) => Promise<unknown>)('some-id', {}).catch(() => {})
    const { paths } = (await (await daemon.call('/v1/openapi.json')).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>
    }
    const missing = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method, { responses }]) =>
          Object.entries(responses).some(
            ([status, { content = {} }]) =>
              (status === '204' && method !== 'get') ||
              (status.startsWith('2') && 'application/json' in content),
          ),
        )
        .map(([method]) => `${method.toUpperCase()} ${path.replace('{tokenId}', '{id}')}`)
        .filter((route) => !called.has(route)),
    )
    // One says only that the daemon answers, one is a file of the page. Neither is part of /v1.
    assert.deepEqual(missing, ['GET /healthz', 'GET /charts/{file}'])
  })

  test('an id cannot lead to another path', async () => {
    await assert.rejects(client().recording('x/../../tokens?limit=1'), NotFoundError)
  })

  test('no current recording is null, and no error', async () => {
    assert.equal(await client().current(), null)
    daemon.recorder.current = 'rec_current'
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    assert.equal((await client().current())?.id, 'rec_current')
  })

  test('a problem is an error of its own class, with what to do about it', async () => {
    const holder = { side: 'ui', client: 'ui', since: AT }
    daemon.recorder.answer = async () => {
      throw new RecorderError('CONTROL_HELD_BY_UI', 'The page controls it.', {
        members: { recordingId: 'rec_current', state: 'Active', allowedCommands: ['tag'], holder },
      })
    }
    const error = await client()
      .stop('current')
      .catch((reason) => reason)
    assert.ok(error instanceof ControlHeldError, String(error))
    assert.ok(error instanceof RecorderProblem, String(error))
    assert.ok(!(error instanceof InvalidStateError), String(error))
    assert.equal(error.code, 'CONTROL_HELD_BY_UI')
    assert.equal(error.status, 409)
    assert.equal(error.message, 'The page controls it.')
    assert.match(error.remedy ?? '', /tag the recording/)
    assert.deepEqual(error.holder, holder)
    assert.deepEqual(error.allowedCommands, ['tag'])
    assert.equal(error.state, 'Active')
    assert.equal(error.recordingId, 'rec_current')
  })

  test('a wrong request, a wrong token and a missing scope have classes of their own', async () => {
    const wrong = client().tag('current', {})
    const fault = await wrong.catch((error) => error)
    assert.ok(fault instanceof InvalidRequestError, String(fault))
    assert.equal(fault.errors[0]?.pointer, '/tags')
    await assert.rejects(client({ token: 'wrong' }).application(), UnauthenticatedError)
    const token = await daemon.tokenFor('read')
    await assert.rejects(client({ token }).start(), ForbiddenError)
  })

  test('something else than a recorder is recognised, and asked only once', async () => {
    const server = await startServer((_, answer) => answer.end('<p>hello</p>'))
    const recorder = createClient({ url: server.url })
    await assert.rejects(recorder.application(), UnexpectedAnswerError)
    await assert.rejects(recorder.application(), ConnectionError)
    assert.equal(server.requests.length, 2)
  })

  test('an answer is awaited no longer than the limit', async () => {
    const server = await startServer(() => {})
    const recorder = createClient({ url: server.url, timeoutMs: 30 })
    await assert.rejects(recorder.start(), /did not answer within 0\.03 s/)
  })

  test('an answer that came while the program was held is no late one', async () => {
    const timeoutMs = 500
    const server = await startServer((_, answer) => {
      answer.setHeader('Content-Type', 'application/json')
      answer.end('{"state":"Idle"}')
      holdThread(timeoutMs + 100)
    })
    const recorder = createClient({ url: server.url, timeoutMs })
    assert.equal((await recorder.application()).state, 'Idle')
  })

  test('the caller can give a request up, and gets the reason', async () => {
    const abort = new AbortController()
    const server = await startServer(() => abort.abort(new Error('enough')))
    const recorder = createClient({ url: server.url, timeoutMs: 600_000 })
    await assert.rejects(recorder.start({}, { signal: abort.signal }), /enough/)
    assert.equal(server.requests.length, 1)
  })

  test('errors of the caller’s own fetch arrive unchanged', async () => {
    const mine = new Error('mine')
    const recorder = createClient({ url: daemon.url, fetch: () => Promise.reject(mine) })
    assert.equal(await recorder.start().catch((error) => error), mine)
  })
})
