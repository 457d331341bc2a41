import assert from 'node:assert/strict'
import { connect as connectSocket, type Socket } from 'node:net'
import { SCOPES, type Scope } from '../../src/access/scopes.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { type Client, type Clients, connect } from './support/clients.ts'
import { openFeed } from './support/event-feed.ts'

/** The scope that the contract wants for a route. */
function scopeOf(method: string, path: string): Scope {
  if (path.startsWith('/v1/tokens') || path === '/v1/ui/launch' || path === '/v1/ui/sessions')
    return 'admin'
  if (path === '/v1/ui/sign-out') return 'read'
  if (/^\/v1\/audit\/(?:outsiders|receipts)/.test(path)) return 'read'
  if (/^\/v1\/(?:keys|retention|audit\/key\/rotate)\b|\/(?:erase|holds|release)$/.test(path))
    return 'admin'
  if (/^\/v1\/audit\/|\/(?:accesses|bundle|events|inspect|replay)$/.test(path)) return 'audit'
  if (path.endsWith('/tags')) return 'tag'
  return method === 'GET' || path.endsWith('/search') ? 'read' : 'control'
}

suite('the rights of a credential', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let routes: { method: string; path: string; scope: Scope; described: string[] }[]

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    routes = Object.entries(clients.openapi.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { security }]) => security.length > 0)
        .map(([name, { security }]) => {
          const method = name.toUpperCase()
          return {
            method,
            path,
            scope: scopeOf(method, path),
            described: security.flatMap((one) => Object.values(one).flat()),
          }
        }),
    )
    assert.ok(routes.length >= 20)
  })
  test.after(async () => {
    await daemon.stop()
  })

  /** The status of a request that changes nothing where it is let through. */
  async function knock(
    credential: Client['credential'],
    route: { method: string; path: string },
  ): Promise<number> {
    const { method } = route
    const filled = route.path
      .replace('{id}', 'current')
      .replace('{position}', '0')
      .replace(/\{\w+\}/g, '1')
    const path = method === 'DELETE' ? `${filled}?nonsense=1` : filled
    const posting =
      method === 'POST'
        ? { body: '{"nonsense":true}', type: { 'Content-Type': 'application/json' } }
        : undefined
    const headers = { ...(credential as Record<string, string>), ...posting?.type }
    const response = await fetch(`${daemon.url}${path}`, {
      method,
      headers,
      ...(posting && { body: posting.body }),
    })
    // A stream would not end by itself.
    await response.body?.cancel()
    return response.status
  }

  test('each route needs the promised scope, and openapi.json names it', async () => {
    for (const { method, path, scope, described } of routes)
      assert.deepEqual([...new Set(described)], [scope], `${method} ${path}`)
  })

  for (const scope of SCOPES) {
    test(`a token with the scope ${scope} opens only its routes, and a token with all others only the others`, async () => {
      const only = await clients.thirdParty(`only-${scope}`, [scope])
      const without = await clients.thirdParty(
        `without-${scope}`,
        SCOPES.filter((other) => other !== scope),
      )
      for (const route of routes) {
        const what = `${route.method} ${route.path}`
        const [allowed, forbidden] = route.scope === scope ? [only, without] : [without, only]
        assert.equal(await knock(forbidden.credential, route), 403, what)
        assert.ok([200, 400, 404, 426].includes(await knock(allowed.credential, route)), what)
      }
    })
  }

  test('the log says who tried a command without its scope, and on which recording', async () => {
    const { id, version } = (await clients.api.start()).body
    const reader = await clients.thirdParty('curious', ['read'])
    const feed = await openFeed(daemon)
    for (const word of ['stop', 'pause', 'tags'])
      assert.equal((await reader.command(word)).body.code, 'FORBIDDEN_SCOPE')
    assert.equal((await reader.start()).body.code, 'FORBIDDEN_SCOPE')
    const last = await feed.event(
      'the refused start',
      ({ type, recordingId }) => type === 'command.refused' && recordingId === null,
    )
    assert.deepEqual([last.by.side, last.by.client], ['api', 'curious'])
    const own = feed.events.filter(({ recordingId }) => recordingId === id)
    assert.deepEqual(
      own.map((event) => [event.version, event.type === 'command.refused' && event.data.command]),
      ['track.stop', 'track.pause', 'recording.tag'].map((name) => [version, name]),
    )
    assert.equal((await clients.api.get('/recordings/current')).body.state, 'Active')
    feed.close()
    await clients.clear()
  })

  test('the page can do everything but administer, and nothing is done for another page', async () => {
    const { Cookie } = clients.ui.credential
    const own = { Cookie, 'Sec-Fetch-Site': 'same-origin' }
    for (const route of routes) {
      const changes = route.method !== 'GET' && !route.path.endsWith('/search')
      for (const foreign of [
        { Cookie },
        { ...clients.ui.credential, 'Sec-Fetch-Site': 'same-site' },
      ])
        assert.equal(await knock(foreign, route), 403, `${route.method} ${route.path}`)
      const status = await knock(clients.ui.credential, route)
      assert.equal(
        status === 403,
        route.scope === 'admin',
        `${route.method} ${route.path}: ${status}`,
      )
      assert.equal(
        (await knock(own, route)) === 403,
        changes || route.scope === 'admin',
        `${route.method} ${route.path}`,
      )
    }
  })

  test('without a credential nothing is revealed, not even whether a route exists', async () => {
    for (const route of [
      ...routes,
      { method: 'GET', path: '/v1/nothing' },
      { method: 'PUT', path: '/v1/recordings' },
    ])
      assert.equal(await knock({}, route), 401, `${route.method} ${route.path}`)
  })

  test('tokens are listed by name and scopes, and their secrets are never shown again', async () => {
    const { id, name, secret } = await clients.thirdParty('listed', ['read', 'tag'])
    const { items } = (await clients.api.get('/tokens?limit=1000')).body
    const found = items.find((item: { id: string }) => item.id === id)
    assert.deepEqual([found.name, found.scopes], [name, ['read', 'tag']])
    assert.ok(!JSON.stringify(items).includes(secret))
    await clients.api.call('DELETE', `/tokens/${id}`)
    const left = (await clients.api.get('/tokens?limit=1000')).body.items
    assert.ok(!left.some((item: { id: string }) => item.id === id))
  })

  test('a revoked token and its streams end at once, and no others', async () => {
    const revoked = await clients.thirdParty('leaving', ['read', 'audit'])
    const staying = await clients.thirdParty('staying', ['read', 'audit'])
    const [ending, going] = [
      await openFeed(daemon, { headers: revoked.credential }),
      await openFeed(daemon, { headers: staying.credential }),
    ]
    assert.equal((await revoked.get('/application')).status, 200)
    assert.equal((await clients.api.call('DELETE', `/tokens/${revoked.id}`)).status, 204)
    assert.equal((await revoked.get('/application')).status, 401)
    await ending.ended
    await going.event('the revocation', ({ type }) => type === 'token.revoked')
    going.close()
    assert.equal((await staying.get('/application')).status, 200)
    const { home } = daemon
    await daemon.stop()
    daemon = await startDaemon({ home })
    const answer = (client: Client) =>
      daemon.api('GET', '/application', undefined, client.credential)
    assert.equal((await answer(revoked)).status, 401, 'after a restart too')
    assert.equal((await answer(staying)).status, 200)
    clients = await connect(daemon)
  })
})

suite('connections', (test) => {
  test(
    'hundreds of idle connections do not prevent recording; the oldest make room, and all are closed',
    async () => {
      const daemon = await startDaemon()
      const sockets: Socket[] = []
      try {
        const { hostname, port } = new URL(daemon.url)
        const open = async (): Promise<Socket> => {
          const socket = connectSocket(Number(port), hostname)
          sockets.push(socket)
          await new Promise((resolve, reject) =>
            socket.once('connect', resolve).once('error', reject),
          )
          return socket.on('error', () => {}).resume()
        }
        const idle = await Promise.all(Array.from({ length: 300 }, open))
        const started = await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
        assert.equal(started.status, 201)
        await eventually('their end', () => idle.every(({ destroyed }) => destroyed), 15_000)
        assert.equal((await daemon.api('POST', '/recordings/current/stop')).status, 200)
      } finally {
        for (const socket of sockets) socket.destroy()
        await daemon.stop()
      }
    },
    { limitMs: 40_000 },
  )
})
