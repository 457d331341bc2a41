import assert from 'node:assert/strict'
import { identityProof } from '../../../src/contract/identity-proof.ts'
import { suite } from '../../support/suite.ts'
import { ALLOWED_ORIGIN, type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { bodyOf, toProblem } from '../support/expect.ts'

let daemon: Daemon

function statusOf(raw: string): string {
  return raw.slice(9, 12)
}

suite('Host', (test) => {
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  const ask = (lines: string[], version = '1.1') =>
    daemon.raw([`GET /healthz HTTP/${version}`, ...lines, 'Connection: close', '', ''].join('\r\n'))

  test('may be the literal address or localhost, with the port, in any case', async () => {
    for (const host of [
      `127.0.0.1:${daemon.port}`,
      `localhost:${daemon.port}`,
      `LocalHost:${daemon.port}`,
    ]) {
      assert.equal(statusOf(await ask([`Host: ${host}`])), '200', host)
    }
  })

  test('of any other name is refused, which stops DNS rebinding', async () => {
    const { port } = daemon
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
      `[::1]:${port}`,
    ]
    for (const host of [
      ...hosts,
      `localhost.evil.example:${port}`,
      `127.0.0.2:${port}`,
      '',
      `127.0.0.1:${port}, evil`,
    ]) {
      const answer = await ask([`Host: ${host}`])
      assert.equal(statusOf(answer), '403', host)
      assert.match(answer, /"code":"FORBIDDEN_HOST"/)
    }
  })

  test('must be sent exactly once, in HTTP/1.0 too', async () => {
    const own = `Host: 127.0.0.1:${daemon.port}`
    assert.match(await ask([]), /^HTTP\/1.1 403.*"code":"FORBIDDEN_HOST"/s)
    assert.match(await ask([], '1.0'), /^HTTP\/1.1 403.*"code":"FORBIDDEN_HOST"/s)
    assert.equal(statusOf(await ask([own], '1.0')), '200')
    for (const lines of [
      [own, own],
      [own, 'host: evil.example'],
      ['HOST: evil.example', own],
    ]) {
      assert.match(await ask(lines), /^HTTP\/1.1 403.*"code":"FORBIDDEN_HOST"/s)
    }
  })

  test('must match a request target in absolute form', async () => {
    const host = `127.0.0.1:${daemon.port}`
    const get = (target: string) =>
      daemon.raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    assert.match(await get(`http://${host}/healthz`), /^HTTP\/1.1 200.*"status":"ok"/s)
    assert.match(
      await get('http://evil.example/healthz'),
      /^HTTP\/1.1 403.*"code":"FORBIDDEN_HOST"/s,
    )
  })

  test('is checked before anything else', async () => {
    const request = [
      'POST /nowhere HTTP/1.1',
      'Host: evil.example',
      'Origin: https://evil.example',
      'Authorization: Bearer no',
    ]
    assert.match(
      await daemon.raw([...request, 'Connection: close', '', ''].join('\r\n')),
      /"code":"FORBIDDEN_HOST"/,
    )
  })
})

suite('Origin', (test) => {
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  const withOrigin = (origin: string, path = '/v1/application', init: RequestInit = {}) =>
    daemon.call(path, { ...init, headers: { ...init.headers, origin } })

  test('may be missing, or the daemon’s own', async () => {
    await bodyOf(await daemon.call('/v1/application'), 200, 'Application')
    const answer = await withOrigin(daemon.url)
    await bodyOf(answer, 200, 'Application')
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  })

  test('of a stranger is refused everywhere, even with a valid token, and without CORS headers', async () => {
    const own = new URL(daemon.url)
    const strangers = [
      'https://evil.example',
      'null',
      `${ALLOWED_ORIGIN}.evil.example`,
      `${ALLOWED_ORIGIN}:444`,
    ]
    strangers.push(
      `https://${own.host}`,
      `http://127.0.0.1:${Number(own.port) + 1}`,
      'http://127.0.0.1',
      daemon.url.toUpperCase(),
    )
    for (const origin of [...strangers, `http://localhost:${own.port}`]) {
      for (const path of ['/v1/application', '/healthz', '/', '/nowhere']) {
        const answer = await withOrigin(origin, path)
        await toProblem(answer, 'FORBIDDEN_ORIGIN')
        assert.equal(answer.headers.get('access-control-allow-origin'), null)
      }
    }
  })

  test('is checked before the credential', async () => {
    await toProblem(
      await daemon.call('/v1/application', {
        token: null,
        headers: { origin: 'https://evil.example' },
      }),
      'FORBIDDEN_ORIGIN',
    )
  })

  test('of the configuration gets CORS headers for itself, on errors too', async () => {
    for (const [path, status] of [
      ['/v1/application', 200],
      ['/v1/nowhere', 404],
    ] as const) {
      const answer = await withOrigin(ALLOWED_ORIGIN, path)
      assert.equal(answer.status, status)
      assert.equal(answer.headers.get('access-control-allow-origin'), ALLOWED_ORIGIN)
      assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      assert.equal(answer.headers.get('vary'), 'Origin')
      const exposed = answer.headers.get('access-control-expose-headers') ?? ''
      assert.ok(exposed.includes('ETag') && exposed.includes('Location'))
    }
  })

  test('of the configuration may read every header of an answer that openapi.json names', async () => {
    const answer = await withOrigin(ALLOWED_ORIGIN, '/v1/openapi.json')
    const { paths } = (await answer.json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>
    }
    const named = Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ headers = {} }) => Object.keys(headers))
    assert.ok(named.includes('Link'))
    // Browsers keep the first from every page. The others tell a page nothing.
    const withheld = ['Set-Cookie', 'WWW-Authenticate', 'F2F-Proof']
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ') ?? []
    const missing = new Set(named.filter((name) => ![...exposed, ...withheld].includes(name)))
    assert.deepEqual([...missing], [])
  })

  test('of the configuration gets a preflight answer without a credential', async () => {
    const ask = (headers: Record<string, string>) =>
      daemon.call('/v1/recordings', {
        method: 'OPTIONS',
        token: null,
        headers: { origin: ALLOWED_ORIGIN, 'access-control-request-method': 'POST', ...headers },
      })
    const answer = await ask({})
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('access-control-allow-origin'), ALLOWED_ORIGIN)
    assert.match(answer.headers.get('access-control-allow-methods') ?? '', /POST/)
    for (const name of [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'Last-Event-ID',
      'Range',
    ]) {
      assert.ok(answer.headers.get('access-control-allow-headers')?.includes(name), name)
    }
    await toProblem(await ask({ origin: 'https://evil.example' }), 'FORBIDDEN_ORIGIN')
  })

  test('of the configuration still needs a credential', async () => {
    await toProblem(
      await daemon.call('/v1/application', { token: null, headers: { origin: ALLOWED_ORIGIN } }),
      'UNAUTHENTICATED',
    )
    await toProblem(
      await withOrigin(ALLOWED_ORIGIN, '/v1/recordings', { method: 'OPTIONS' }),
      'METHOD_NOT_ALLOWED',
    )
  })

  test('of the configuration may ping without a credential, and no other origin may', async () => {
    const ping = (origin?: string) =>
      daemon.call('/v1/ping', { token: null, headers: origin === undefined ? {} : { origin } })
    const answer = await ping(ALLOWED_ORIGIN)
    assert.equal(answer.headers.get('access-control-allow-origin'), ALLOWED_ORIGIN)
    assert.deepEqual(await bodyOf(answer, 200, 'Health'), { status: 'ok' })
    assert.equal((await ping()).headers.get('access-control-allow-origin'), null)
    await toProblem(await ping('https://evil.example'), 'FORBIDDEN_ORIGIN')
  })

  test('is refused if sent twice', async () => {
    const lines = [
      `Host: 127.0.0.1:${daemon.port}`,
      `Origin: ${daemon.url}`,
      `Origin: ${daemon.url}`,
    ]
    const text = [
      'GET /v1/application HTTP/1.1',
      ...lines,
      `Authorization: Bearer ${HOME_TOKEN}`,
      'Connection: close',
      '',
      '',
    ]
    assert.match(await daemon.raw(text.join('\r\n')), /"code":"FORBIDDEN_ORIGIN"/)
  })
})

suite('the proof of identity', (test) => {
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  test('answers a challenge by the home token and the port, without a credential', async () => {
    const challenge = 'c'.repeat(43)
    const headers = { 'f2f-challenge': challenge }
    const answer = await daemon.call('/healthz', { token: null, headers })
    assert.deepEqual(await answer.json(), { status: 'ok' })
    assert.equal(answer.headers.get('f2f-proof'), identityProof(HOME_TOKEN, daemon.port, challenge))
    const plain = await daemon.call('/healthz', { token: null })
    assert.equal(plain.headers.get('f2f-proof'), null)
  })

  test('refuses a challenge of another form', async () => {
    for (const challenge of ['x', 'c'.repeat(44), '+'.repeat(43)]) {
      const answer = await daemon.call('/healthz', {
        token: null,
        headers: { 'f2f-challenge': challenge },
      })
      await toProblem(answer, 'INVALID_REQUEST')
    }
  })
})
