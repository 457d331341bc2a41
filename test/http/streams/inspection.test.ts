import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { InspectionMessage } from '../../../src/contract/inspection.ts'
import { recorderActor } from '../../../src/inspection/actor-descriptions.ts'
import { actorMessage, eventMessage } from '../../../src/inspection/inspection-messages.ts'
import { eventually, suite } from '../../support/suite.ts'
import { ALLOWED_ORIGIN, type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { toProblem } from '../support/expect.ts'
import { openInspection, refusedInspection } from '../support/inspection-socket.ts'
import { AT, BY, recordingView } from '../support/stub-recorder.ts'

const TAGGED = eventMessage(
  'recorder',
  { type: 'recording.tagged', data: { tags: { customer: 'C-1', card: 7 } } },
  { atMs: 1, position: 2 },
)

suite('the inspection feed', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon({ limits: { feedStallMs: 300 }, socket: true })
  })
  test.afterEach(() => daemon.close())

  const emit = (message: InspectionMessage): void => {
    for (const inspector of daemon.recorder.inspectors) inspector(message)
  }

  test('sends each message as one JSON text, on the port and on the Unix socket', async () => {
    const { socketPath } = daemon
    for (const options of [{}, { socketPath }]) {
      const feed = await openInspection(daemon, options)
      const message = actorMessage(recorderActor('1.0.0'), { atMs: 1_000 })
      emit(message)
      await feed.received(1)
      assert.deepEqual(feed.messages, [JSON.parse(JSON.stringify(message))])
      feed.socket.close()
      await feed.closed
    }
    await eventually('nobody listens', () => daemon.recorder.inspectors.size === 0)
  })

  test('shows the values of tags only when it is asked to', async () => {
    const [plain, tags] = await Promise.all(
      ['', '?tags=1'].map((query) => openInspection(daemon, { query })),
    )
    emit(TAGGED)
    const shown = async (feed: typeof plain) => {
      await feed?.received(1)
      const [message] = feed?.messages ?? []
      return message?.type === '@xstate.event' ? message.event.data : undefined
    }
    assert.deepEqual(await shown(plain), { tags: { customer: '…', card: '…' } })
    assert.deepEqual(await shown(tags), { tags: { customer: 'C-1', card: 7 } })
  })

  test('is refused like any request: by host, origin, credential and scope', async () => {
    const refused = (headers: Record<string, string>) => refusedInspection(daemon, { headers })
    const answer = await refused({ host: 'rebound.example' })
    assert.equal(answer.headers.get('connection'), 'close')
    await toProblem(answer, 'FORBIDDEN_HOST')
    await toProblem(await refused({ origin: 'https://page.example' }), 'FORBIDDEN_ORIGIN')
    await toProblem(await refusedInspection(daemon, { token: null }), 'UNAUTHENTICATED')
    await toProblem(await refusedInspection(daemon, { token: 'wrong' }), 'UNAUTHENTICATED')
    const token = await daemon.tokenFor('read', 'control', 'tag', 'admin')
    await toProblem(await refusedInspection(daemon, { token }), 'FORBIDDEN_SCOPE')
    const cookie = await daemon.signIn()
    await toProblem(await refused({ cookie, origin: daemon.url }), 'INVALID_REQUEST')
    await toProblem(await refusedInspection(daemon, { query: '?speed=1' }), 'INVALID_REQUEST')
    await toProblem(await refusedInspection(daemon, { query: '?what=1' }), 'INVALID_REQUEST')
    const query = '?recording=rec_nowhere'
    await toProblem(await refusedInspection(daemon, { query }), 'RECORDING_NOT_FOUND')
  })

  test('lets pages of allowed origins and the recorder’s own page in', async () => {
    const allowed = await openInspection(daemon, { headers: { origin: ALLOWED_ORIGIN } })
    allowed.socket.close()
    const cookie = await daemon.signIn()
    const own = await openInspection(daemon, {
      token: null,
      headers: { cookie, origin: daemon.url },
    })
    own.socket.close()
    // A page on another port has the cookie, too. One without an Origin is not known.
    const strangers: Record<string, string>[] = [
      { cookie, origin: ALLOWED_ORIGIN },
      { cookie, origin: daemon.url, 'sec-fetch-site': 'same-site' },
      { cookie },
    ]
    for (const headers of strangers)
      await toProblem(await refusedInspection(daemon, { token: null, headers }), 'FORBIDDEN_ORIGIN')
  })

  test('needs a web socket of version 13', async () => {
    const plain = await daemon.call('/v1/inspect')
    assert.equal(plain.headers.get('upgrade'), 'websocket')
    assert.equal(plain.headers.get('sec-websocket-version'), '13')
    await toProblem(plain, 'UPGRADE_REQUIRED')
    const open = (key: string, version: string) =>
      daemon.raw(
        [
          'GET /v1/inspect HTTP/1.1',
          `Host: 127.0.0.1:${daemon.port}`,
          `Authorization: Bearer ${HOME_TOKEN}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          `Sec-WebSocket-Key: ${key}`,
          `Sec-WebSocket-Version: ${version}`,
          '',
          '',
        ].join('\r\n'),
      )
    assert.match(await open('MDEyMzQ1Njc4OWFiY2RlZg==', '8'), /^HTTP\/1.1 426 .*UPGRADE_REQUIRED/s)
    assert.match(await open('short', '13'), /^HTTP\/1.1 400 .*INVALID_REQUEST/s)
  })

  test('does not take the live feed’s clients for speakers', async () => {
    const texts = [JSON.stringify({ type: 'step' }), 'x', Buffer.from('{}')]
    for (const text of texts) {
      const feed = await openInspection(daemon)
      feed.socket.send(text)
      assert.equal((await feed.closed)[0], 1008)
    }
    const feed = await openInspection(daemon)
    feed.socket.send('x'.repeat(5_000))
    assert.equal((await feed.closed)[0], 1009)
    await eventually('nobody listens', () => daemon.recorder.inspectors.size === 0)
  })

  test('gives a client 8 feeds, and room again when one is closed', async () => {
    const feeds = await Promise.all(Array.from({ length: 8 }, () => openInspection(daemon)))
    const answer = await refusedInspection(daemon)
    assert.equal(answer.headers.get('retry-after'), '1')
    await toProblem(answer, 'TOO_MANY_STREAMS')
    const token = await daemon.tokenFor('audit')
    const other = await openInspection(daemon, { token })
    other.socket.close()
    feeds[0]?.socket.close()
    await feeds[0]?.closed
    await eventually('there is room', () =>
      openInspection(daemon).then(
        () => true,
        () => false,
      ),
    )
  })

  test('ends with its token, its session, and the recorder', async () => {
    const token = await daemon.tokenFor('audit')
    const { id } = daemon.recorder.tokens.at(-1) as { id: string }
    const [ofToken, ofHome] = await Promise.all([
      openInspection(daemon, { token }),
      openInspection(daemon),
    ])
    await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
    assert.deepEqual(await ofToken.closed, [1008, 'The credential has ended.'])
    const cookie = await daemon.signIn()
    const headers = { cookie, origin: daemon.url }
    const ofSession = await openInspection(daemon, { token: null, headers })
    await daemon.call('/v1/ui/sessions', { method: 'DELETE' })
    assert.equal((await ofSession.closed)[0], 1008)
    const again = { cookie: await daemon.signIn(), origin: daemon.url }
    const expiring = await openInspection(daemon, { token: null, headers: again })
    daemon.clockOffset += 13 * 3_600_000
    assert.equal((await expiring.closed)[0], 1008)
    const closing = daemon.close()
    assert.deepEqual(await ofHome.closed, [1001, 'The recorder is stopping.'])
    await closing
    daemon = await startDaemon()
  })

  test('is not opened by a token that is revoked while the past is read', async () => {
    const token = await daemon.tokenFor('audit')
    const { id } = daemon.recorder.tokens.at(-1) as { id: string }
    const { recorder } = daemon
    const inspectPast = recorder.inspectPast.bind(recorder)
    recorder.inspectPast = async (...past) => {
      await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
      return inspectPast(...past)
    }
    recorder.views.set('rec_past', recordingView('rec_past'))
    const query = '?recording=rec_past'
    await toProblem(await refusedInspection(daemon, { token, query }), 'UNAUTHENTICATED')
  })

  test('is not opened with what was read before the recording was erased', async () => {
    const { recorder } = daemon
    const view = recordingView('rec_past')
    recorder.views.set('rec_past', view)
    const inspectPast = recorder.inspectPast.bind(recorder)
    recorder.inspectPast = async (...past) => {
      const player = await inspectPast(...past)
      const erased = { at: AT, by: BY, cause: 'request', reason: 'Asked for.' } as const
      recorder.views.set('rec_past', { ...view, erased })
      return player
    }
    const query = '?recording=rec_past'
    await toProblem(await refusedInspection(daemon, { query }), 'ERASED')
    const again = await openInspection(daemon, { query })
    again.socket.close()
  })

  test('cuts off readers that do not read, and keeps those that do', async () => {
    const reader = await openInspection(daemon)
    const slow = await Promise.all(Array.from({ length: 7 }, () => openInspection(daemon)))
    for (const { socket } of slow) socket.pause()
    const data = 'x'.repeat(64 * 1024)
    const big = () => eventMessage('recorder', { type: 'big', data }, { atMs: 1 })
    let sent = 0
    await eventually(
      'the slow ones are cut off',
      () => {
        if (daemon.recorder.inspectors.size === 1) return true
        // As fast as the one who reads can follow.
        if (reader.messages.length < sent) return false
        for (; sent < reader.messages.length + 4; sent++) emit(big())
        return false
      },
      20_000,
    )
    await reader.received(sent)
    for (const { socket } of slow) socket.resume()
    for (const { closed } of slow) assert.ok([1013, 1006].includes((await closed)[0]))
    assert.equal(reader.socket.readyState, reader.socket.OPEN)
  })

  test('cuts off a reader that has left little unread for too long', async () => {
    const feed = await openInspection(daemon)
    feed.socket.pause()
    // More than the kernel keeps for both ends, and less than a megabyte beyond.
    const data = 'x'.repeat(16 * 1024)
    const inspectors = daemon.recorder.inspectors
    let unread = 0
    await eventually(
      'it is cut off',
      () => {
        if (inspectors.size === 0) return true
        if (unread++ < 2_000) emit(eventMessage('recorder', { type: 'x', data }, { atMs: 1 }))
        return false
      },
      60_000,
    )
  })
})

suite('an Upgrade header', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  const raw = (request: string, headers: string[], body = '') =>
    daemon.raw([request, `Host: 127.0.0.1:${daemon.port}`, ...headers, '', body].join('\r\n'))

  test('changes nothing for other routes, nor for other protocols', async () => {
    const credential = `Authorization: Bearer ${HOME_TOKEN}`
    const upgrade = (protocol: string) => [
      `Upgrade: ${protocol}`,
      'Connection: Upgrade, HTTP2-Settings',
    ]
    assert.match(
      await raw('GET /v1/application HTTP/1.1', [credential, ...upgrade('h2c')]),
      /^HTTP\/1.1 200 /,
    )
    assert.match(
      await raw('GET /v1/application HTTP/1.1', [credential, ...upgrade('websocket')]),
      /^HTTP\/1.1 200 /,
    )
    const body = '{"tags":{"customer":"C-1"}}'
    const length = `Content-Length: ${body.length}`
    const type = 'Content-Type: application/json'
    const key = 'Idempotency-Key: 0123456789abcdef'
    await raw(
      'POST /v1/recordings/current/tags HTTP/1.1',
      [credential, length, type, key, ...upgrade('h2c')],
      body,
    )
    assert.deepEqual(daemon.recorder.commands.at(-1)?.request, { tags: { customer: 'C-1' } })
    assert.match(
      await raw('GET /v1/inspect HTTP/1.1', [credential, ...upgrade('h2c')]),
      /^HTTP\/1.1 426 .*UPGRADE_REQUIRED/s,
    )
  })

  test('behind a request that is not answered yet ends the connection, and harms nobody', async () => {
    const lines = [`Host: 127.0.0.1:${daemon.port}`, `Authorization: Bearer ${HOME_TOKEN}`]
    const stream = ['GET /v1/events HTTP/1.1', ...lines, '', ''].join('\r\n')
    for (const path of ['/v1/inspect', '/v1/application']) {
      const upgrade = [
        `GET ${path} HTTP/1.1`,
        ...lines,
        'Connection: Upgrade',
        'Upgrade: websocket',
      ]
      await daemon.raw(stream + [...upgrade, '', ''].join('\r\n'))
      assert.equal((await daemon.call('/v1/application')).status, 200)
    }
  })

  test('keeps no connection open that is still being answered when the recorder stops', async () => {
    const stopping = await startDaemon({ limits: { drainMs: 200 } })
    const socket = await stopping.connect()
    const answered = once(socket, 'data')
    const request = [
      'GET /v1/events?levels=1 HTTP/1.1',
      `Host: 127.0.0.1:${stopping.port}`,
      `Authorization: Bearer ${HOME_TOKEN}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
    ]
    socket.write([...request, '', ''].join('\r\n'))
    await answered
    socket.pause()
    // More than the kernel keeps for both ends.
    const level = { recordingId: 'x'.repeat(30_000_000), medium: 'mic', level: null, at: '' }
    stopping.recorder.bus.emit('level', level as never)
    await stopping.stop()
    socket.destroy()
    await stopping.close()
  })

  test('of a stranger gets one answer, and nothing behind its head is read', async () => {
    for (const path of ['/v1/inspect', '/v1/application']) {
      const answer = await raw(
        `GET ${path} HTTP/1.1`,
        ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
        `GET /v1/ping HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n\r\n`,
      )
      assert.match(answer, /^HTTP\/1.1 401 .*UNAUTHENTICATED/s)
      assert.equal(answer.match(/HTTP\/1.1/g)?.length, 1)
    }
  })
})
