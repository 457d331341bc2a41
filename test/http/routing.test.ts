import assert from 'node:assert/strict'
import { suite } from '../support/suite.ts'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { bodyOf, toProblem } from './support/expect.ts'
import { recordingView } from './support/stub-recorder.ts'

suite('routing', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    daemon.recorder.current = 'rec_current'
  })
  test.after(() => daemon.close())

  test('matches paths exactly', async () => {
    const paths = [
      '/nowhere',
      '/v1',
      '/v1/',
      '/v2/recordings',
      '/v1/recordings/',
      '/V1/recordings',
      '/v1//recordings',
    ]
    for (const path of [
      ...paths,
      '/v1/recordings/current/fly',
      '/v1/recordings/current/pause/mic',
      '/healthz/',
      '/launch/',
    ]) {
      const answer = await daemon.call(path)
      await toProblem(answer, 'NOT_FOUND')
    }
  })

  test('names the methods of a path', async () => {
    const cases = [
      ['PUT', '/v1/recordings', 'GET, HEAD, POST'],
      ['DELETE', '/v1/recordings/current', 'GET, HEAD'],
      ['GET', '/v1/recordings/search', 'POST'],
      ['HEAD', '/v1/recordings/current/pause', 'POST'],
      ['DELETE', '/v1/recordings/search', 'POST'],
      ['GET', '/v1/recordings/current/pause', 'POST'],
      ['POST', '/v1/recordings/current/events', 'GET, HEAD'],
      ['PATCH', '/v1/application', 'GET, HEAD'],
      ['OPTIONS', '/v1/application', 'GET, HEAD'],
      ['PROPFIND', '/v1/application', 'GET, HEAD'],
      ['GET', '/v1/tokens/tok_1', 'DELETE'],
      ['PUT', '/v1/tokens', 'GET, HEAD, POST'],
      ['POST', '/healthz', 'GET, HEAD'],
    ] as const
    for (const [method, path, allow] of cases) {
      const answer = await daemon.call(path, { method })
      assert.equal(
        answer.headers.get('allow')?.split(', ').sort().join(', '),
        allow,
        `${method} ${path}`,
      )
      if (method === 'HEAD') assert.equal(answer.status, 405)
      else await toProblem(answer, 'METHOD_NOT_ALLOWED')
    }
  })

  test('accepts only a well-formed id', async () => {
    for (const id of [
      'short',
      'x'.repeat(65),
      'rec_1234.678',
      'rec%2F345678',
      'Current',
      '..%2f..%2fetc',
      '%00%00%00%00%00%00%00%00',
    ]) {
      for (const path of [
        `/v1/recordings/${id}`,
        `/v1/recordings/${id}/events`,
        `/v1/recordings/${id}/segments/mic/1`,
      ]) {
        await toProblem(await daemon.call(path), 'RECORDING_NOT_FOUND')
      }
      await toProblem(await daemon.post(`/v1/recordings/${id}/pause`), 'RECORDING_NOT_FOUND')
    }
    assert.equal(daemon.recorder.commands.length, 0)
  })

  test('answers HEAD like GET, without the body', async () => {
    for (const path of [
      '/v1/recordings',
      '/v1/recordings/current',
      '/v1/application',
      '/healthz',
      '/',
      '/v1/openapi.json',
    ]) {
      const get = await daemon.call(path)
      const head = await daemon.call(path, { method: 'HEAD' })
      const length = Buffer.byteLength(await get.text())
      assert.equal(head.status, 200, path)
      assert.equal(head.headers.get('content-length'), String(length))
      assert.equal(head.headers.get('etag'), get.headers.get('etag'))
      assert.equal(await head.text(), '')
    }
    assert.equal((await daemon.call('/v1/recordings/rec_missing', { method: 'HEAD' })).status, 404)
  })

  test('refuses a request that does not accept JSON', async () => {
    const ask = (accept: string, path = '/v1/application') =>
      daemon.call(path, { headers: { accept } })
    for (const accept of [
      '*/*',
      'application/json',
      'application/*',
      'text/html, application/json;q=0.5',
      'text/html, */*;q=0.1',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
    ]) {
      await bodyOf(await ask(accept), 200, 'Application')
    }
    for (const accept of [
      'text/html',
      'application/xml',
      'application/json;q=0',
      'application/json; charset=utf-16',
      'application/problem+json',
    ]) {
      const answer = await ask(accept)
      assert.equal(answer.status, 406, accept)
      assert.equal(JSON.parse(await answer.text()).code, 'NOT_ACCEPTABLE')
    }
    await toProblem(await ask('text/html', '/v1/nowhere'), 'NOT_FOUND')
    assert.equal((await ask('application/json', '/')).status, 200)
    const post = await daemon.post('/v1/recordings/current/pause', {}, { accept: 'text/html' })
    assert.equal(post.status, 406)
    assert.equal(daemon.recorder.commands.length, 0)
  })

  test('sends problems as application/json to clients that accept only that', async () => {
    const typeFor = async (accept: string) =>
      (await daemon.call('/v1/nowhere', { headers: { accept } })).headers.get('content-type')
    assert.equal(await typeFor('application/json'), 'application/json')
    assert.equal(await typeFor('application/json, text/html'), 'application/json')
    assert.equal(await typeFor('application/json; charset=utf-8'), 'application/json')
    for (const accept of [
      '*/*',
      'application/json, */*',
      'application/*',
      'application/problem+json, application/json',
      'text/html',
    ]) {
      assert.equal(await typeFor(accept), 'application/problem+json', accept)
    }
  })

  test('forbids browsers to guess, cache or embed any answer', async () => {
    const answers = [
      await daemon.call('/v1/application'),
      await daemon.call('/v1/nowhere'),
      await daemon.call('/', { token: null }),
      await daemon.call('/v1/application', { token: null }),
      await daemon.post('/v1/recordings/current/pause'),
      await daemon.call('/v1/events', { method: 'HEAD' }),
    ]
    const ids = new Set<string>()
    for (const { headers } of answers) {
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/)
      ids.add(headers.get('x-request-id') ?? '')
    }
    assert.equal(ids.size, answers.length)
    assert.ok(!ids.has(''))
  })
})
