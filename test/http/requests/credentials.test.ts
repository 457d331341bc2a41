import assert from 'node:assert/strict'
import { FAILURE_LIMIT } from '../../../src/access/access.ts'
import type { Scope } from '../../../src/access/scopes.ts'
import { createRoutes } from '../../../src/http/app.ts'
import type { Services } from '../../../src/http/services.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { bodyOf, toProblem } from '../support/expect.ts'

/** The scope of each route by the contract; a route that is missing here fails the test. */
const SCOPE_OF: Record<string, Scope | null> = {
  'GET /': null,
  'GET /healthz': null,
  'GET /manifest.webmanifest': null,
  'GET /assets/:file': null,
  'GET /charts/:file': null,
  'GET /icons/:file': null,
  'GET /v1/ping': null,
  'GET /inspector': null,
  'GET /launch/:code': null,
  'GET /v1/application': 'read',
  'GET /v1/devices': 'read',
  'GET /v1/config': 'read',
  'GET /v1/tag-keys': 'read',
  'GET /v1/ui/session': 'read',
  'GET /v1/recordings/:id/picture': 'read',
  'GET /v1/recordings/:id/segments/:medium/:number/peaks': 'read',
  'GET /v1/recordings/:id/segments/:medium/:number/index': 'read',
  'GET /v1/readiness': 'read',
  'GET /v1/events': 'audit',
  'GET /v1/inspect': 'audit',
  'GET /v1/openapi.json': 'read',
  'GET /v1/recordings': 'read',
  'GET /v1/recordings/:id': 'read',
  'GET /v1/recordings/:id/accesses': 'audit',
  'GET /v1/recordings/:id/events': 'audit',
  'GET /v1/recordings/:id/replay': 'audit',
  'GET /v1/recordings/:id/export': 'read',
  'GET /v1/recordings/:id/media/:medium': 'read',
  'GET /v1/recordings/:id/segments': 'read',
  'GET /v1/recordings/:id/segments/:medium/:number': 'read',
  'GET /v1/tokens': 'admin',
  'GET /v1/keys': 'admin',
  'POST /v1/keys/rotate': 'admin',
  'GET /v1/retention': 'admin',
  'POST /v1/retention/confirm': 'admin',
  'POST /v1/retention/confirm-holds': 'admin',
  'GET /v1/recordings/:id/holds': 'admin',
  'POST /v1/recordings/:id/holds': 'admin',
  'POST /v1/recordings/:id/holds/:holdId/release': 'admin',
  'POST /v1/recordings/:id/erase': 'admin',
  'POST /v1/recordings/:id/consent': 'control',
  'POST /v1/recordings': 'control',
  'POST /v1/recordings/search': 'read',
  'POST /v1/recordings/:id/close': 'control',
  'POST /v1/recordings/:id/pause': 'control',
  'POST /v1/recordings/:id/resume': 'control',
  'POST /v1/recordings/:id/start': 'control',
  'POST /v1/recordings/:id/stop': 'control',
  'POST /v1/recordings/:id/tags': 'tag',
  'GET /v1/recordings/:id/bundle': 'audit',
  'GET /v1/audit/checkpoint': 'audit',
  'GET /v1/audit/consistency': 'audit',
  'GET /v1/audit/key': 'audit',
  'POST /v1/audit/key/rotate': 'admin',
  'GET /v1/audit/outsiders': 'read',
  'GET /v1/audit/receipts/:position': 'read',
  'POST /v1/audit/verifications': 'audit',
  'GET /v1/audit/verifications/:verificationId': 'audit',
  'GET /v1/audit/events': 'audit',
  'GET /v1/audit/reports/refusals': 'audit',
  'GET /v1/audit/reports/long-pauses': 'audit',
  'GET /v1/audit/reports/gaps': 'audit',
  'GET /v1/audit/reports/untagged': 'audit',
  'GET /v1/audit/reports/client-activity': 'audit',
  'GET /v1/audit/reports/accesses': 'audit',
  'POST /v1/tokens': 'admin',
  'POST /v1/ui/launch': 'admin',
  'POST /v1/ui/sign-out': 'read',
  'DELETE /v1/ui/sessions': 'admin',
  'DELETE /v1/tokens/:tokenId': 'admin',
}

const ROUTES = createRoutes({} as Services).map(({ method, path }) => ({
  name: `${method} ${path}`,
  method,
  path: path.replace(':id', 'current').replace(':medium', 'mic').replace(/:\w+/, '1'),
}))

suite('credentials', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  test('everything but health, the page and its launch URL needs a credential', async () => {
    for (const { name, method, path } of ROUTES) {
      if (SCOPE_OF[name] === null) continue
      await toProblem(await daemon.call(path, { method, token: null }), 'UNAUTHENTICATED')
    }
    for (const path of ['/v1/nowhere', '/nowhere', '/healthz/x', '/v1', '/favicon.ico']) {
      await toProblem(await daemon.call(path, { token: null }), 'UNAUTHENTICATED')
    }
    await bodyOf(await daemon.call('/healthz', { token: null }), 200, 'Health')
    assert.equal((await daemon.call('/', { token: null })).status, 200)
  })

  test('a scope opens exactly its own routes', async () => {
    for (const scope of ['read', 'tag', 'control', 'audit', 'admin'] as const) {
      const token = await daemon.tokenFor(scope)
      for (const { name, method, path } of ROUTES) {
        const needed = SCOPE_OF[name]
        assert.notEqual(needed, undefined, `no scope known for ${name}`)
        if (needed === null) continue
        const answer = await daemon.call(path, {
          method,
          token,
          signal: AbortSignal.timeout(5_000),
        })
        if (needed === scope) {
          assert.notEqual(answer.status, 403, name)
          await answer.body?.cancel()
        } else {
          const problem = await toProblem(answer, 'FORBIDDEN_SCOPE')
          assert.equal(problem.scope, needed)
          assert.match(problem.detail as string, new RegExp(`\`${needed}\``))
        }
      }
    }
    assert.equal(Object.keys(SCOPE_OF).length, ROUTES.length)
  })

  test('a command without its scope is recorded before it is refused; reading is not', async () => {
    const { scopeRefusals } = daemon.recorder
    scopeRefusals.length = 0
    const token = await daemon.tokenFor('tag')
    const post = (path: string) => daemon.call(path, { method: 'POST', token })
    await toProblem(await post('/v1/recordings'), 'FORBIDDEN_SCOPE')
    await toProblem(await post('/v1/recordings/current/pause'), 'FORBIDDEN_SCOPE')
    await toProblem(await post('/v1/recordings/rec_12345/close'), 'FORBIDDEN_SCOPE')
    await toProblem(await daemon.call('/v1/application', { token }), 'FORBIDDEN_SCOPE')
    assert.deepEqual(
      scopeRefusals.map(({ name, recordingId }) => [name, recordingId]),
      [
        ['recording.start', null],
        ['track.pause', 'current'],
        ['recording.close', 'rec_12345'],
      ],
    )
    for (const { by, detail } of scopeRefusals) {
      assert.equal(by.side, 'api')
      assert.match(detail, /`control`/)
    }
  })

  test('a missing or wrong credential gets 401 with the scheme to use', async () => {
    for (const token of [null, 'wrong', `${HOME_TOKEN}x`]) {
      const answer = await daemon.call('/v1/application', { token })
      await toProblem(answer, 'UNAUTHENTICATED')
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /)
    }
  })

  test('a credential in the URL is ignored', async () => {
    await toProblem(
      await daemon.call(`/v1/application?token=${HOME_TOKEN}`, { token: null }),
      'UNAUTHENTICATED',
    )
  })

  test('two credentials in one request are refused', async () => {
    const cookie = await daemon.signIn()
    await toProblem(
      await daemon.call('/v1/application', { headers: { cookie } }),
      'INVALID_REQUEST',
    )
    const lines = [
      `Host: 127.0.0.1:${daemon.port}`,
      ...Array(2).fill(`Authorization: Bearer ${HOME_TOKEN}`),
    ]
    const raw = await daemon.raw(
      ['GET /v1/application HTTP/1.1', ...lines, 'Connection: close', '', ''].join('\r\n'),
    )
    assert.match(raw, /^HTTP\/1.1 400.*"code":"INVALID_REQUEST"/s)
  })

  test('a stranger’s body is never read', async () => {
    // The body never comes; an answer shows that nobody waited for it.
    const head = [
      'POST /v1/recordings HTTP/1.1',
      `Host: 127.0.0.1:${daemon.port}`,
      'Content-Length: 10',
      '',
      '',
    ]
    const socket = await daemon.connect()
    socket.write(head.join('\r\n'))
    const [chunk] = await new Promise<Buffer[]>((resolve) =>
      socket.once('data', (data) => resolve([data])),
    )
    assert.match(String(chunk), /^HTTP\/1.1 401/)
    socket.destroy()
  })

  test('wrong credentials are limited, and never lock out a valid one', async () => {
    const guess = () => daemon.call('/v1/application', { token: 'wrong' })
    let last = await guess()
    for (let i = 0; i < FAILURE_LIMIT; i++) last = await guess()
    await toProblem(last, 'RATE_LIMITED')
    const seconds = Number(last.headers.get('retry-after'))
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, String(seconds))
    await bodyOf(await daemon.call('/v1/application'), 200, 'Application')
    await toProblem(await daemon.call('/v1/application', { token: null }), 'UNAUTHENTICATED')
    daemon.clockOffset += 61_000
    await toProblem(await guess(), 'UNAUTHENTICATED')
  })
})
