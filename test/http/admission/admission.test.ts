import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { eventually, suite } from '../../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { readEvents } from '../support/event-reader.ts'

suite('admission of connections', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(() => daemon.close())

  const get = (path: string, ...headers: string[]): string =>
    [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${daemon.port}`, ...headers, '', ''].join('\r\n')

  /** Opens connections that send this and collects what they receive. */
  async function openMany(count: number, text: string): Promise<Socket[]> {
    const sockets = await Promise.all(Array.from({ length: count }, () => daemon.connect()))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.resume()
      socket.write(text)
    }
    return sockets
  }

  test('answers one request of a connection without a credential, and closes it', async () => {
    const received = await daemon.raw(get('/healthz').repeat(3))
    assert.equal(received.match(/HTTP\/1\.1 200/g)?.length, 1, received)
    assert.match(received, /^connection: close\r$/im)
  })

  test('never reads what a stranger sends behind its first head', async () => {
    const socket = await daemon.connect()
    socket.on('error', () => {})
    socket.write(`${get('/v1/recordings', 'Content-Length: 100000000')}`)
    const answer = once(socket, 'data')
    const chunk = Buffer.alloc(1_000_000)
    let taken = 0
    const end = once(socket, 'close')
    while (!socket.destroyed && taken < 50) {
      taken++
      await Promise.race([end, new Promise((resolve) => socket.write(chunk, resolve))])
    }
    assert.match(String((await answer)[0]), /^HTTP\/1\.1 401 /)
    assert.ok(taken < 50, 'the daemon has read 50 MB of a stranger')
  })

  test('keeps the connection of a client open for many requests', async () => {
    const bearer = `Authorization: Bearer ${HOME_TOKEN}`
    const ask = get('/v1/application', bearer)
    const received = await daemon.raw(
      ask + ask + get('/v1/application', bearer, 'Connection: close'),
    )
    assert.equal(received.match(/HTTP\/1\.1 200/g)?.length, 3, received)
  })

  test('reads a credential that arrives byte by byte', async () => {
    const socket = await daemon.connect()
    const text = get('/v1/application', `authorization:Bearer ${HOME_TOKEN}`)
    const answer = once(socket, 'data')
    for (const byte of text) {
      socket.write(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.match(String((await answer)[0]), /^HTTP\/1\.1 200 /)
  })

  test('lets a client in while strangers hold hundreds of connections', async () => {
    const halfOpen = await openMany(300, 'GET /healthz HTTP/1.1\r\nHost: ')
    const [first, last] = [halfOpen[0], halfOpen.at(-1)]
    await eventually('the oldest stranger is closed', () => first?.destroyed)
    assert.equal(last?.destroyed, false)
    assert.equal((await daemon.post('/v1/recordings')).status, 201)
  })

  test('closes the oldest idle connection of a client with 64 others, and nobody else’s', async () => {
    const tag = await daemon.tokenFor('read')
    const crm = await openMany(1, get('/v1/application', `Authorization: Bearer ${tag}`))
    const ask = get('/v1/application', `Authorization: Bearer ${HOME_TOKEN}`)
    const own = await openMany(64, ask)
    await eventually('all have an answer', () => own.every(({ bytesRead }) => bytesRead > 0))
    own.push(...(await openMany(6, ask)))
    await eventually('only 64 are left', () => own.filter((s) => !s.destroyed).length <= 64)
    assert.equal(own.at(-1)?.destroyed, false)
    assert.equal(crm[0]?.destroyed, false)
  })

  test('answers each command of a client with too many connections, or does not carry it out', async () => {
    const { answer } = daemon.recorder
    let goOn = (): void => {}
    const isOver = new Promise<void>((resolve) => {
      goOn = resolve
    })
    daemon.recorder.answer = (command) => isOver.then(() => answer(command))
    const outcomes: (number | 'cut')[] = []
    const all = Array.from({ length: 70 }, async () => {
      const status = await daemon.post('/v1/recordings').then(
        (received) => received.status,
        () => 'cut' as const,
      )
      outcomes.push(status)
    })
    await eventually('64 commands, and 6 refusals', () => {
      return daemon.recorder.commands.length + outcomes.length === 70
    })
    assert.deepEqual(outcomes, Array(6).fill(429))
    goOn()
    await Promise.all(all)
    assert.deepEqual(outcomes.slice(6), Array(64).fill(201))
    assert.equal(daemon.recorder.commands.length, 64)
  })

  test('a client with 64 streams and files can still give a command', async () => {
    const bearer = `Authorization: Bearer ${HOME_TOKEN}`
    const bodies = ['POST /v1/recordings HTTP/1.1', bearer, 'Content-Type: application/json']
    const readers = await openMany(8, get('/v1/events', bearer))
    await eventually('they stream', () => readers.every(({ bytesRead }) => bytesRead > 0))
    await openMany(56, get('/', ...bodies.slice(1), 'Content-Length: 2').replace(/^.*/, bodies[0]!))
    await eventually('the port is full', async () => {
      return (await daemon.call('/v1/application')).status === 429
    })
    assert.equal((await daemon.post('/v1/recordings')).status, 201)
    await eventually('a stream is closed', () => readers.some(({ destroyed }) => destroyed))
    assert.equal(readers.filter(({ destroyed }) => destroyed).length, 1)
  })

  test('gives a client 8 event streams, and a place again when one ends', async () => {
    const streams = await Promise.all(Array.from({ length: 8 }, () => readEvents(daemon)))
    const ninth = await daemon.call('/v1/events')
    assert.equal(ninth.status, 429)
    assert.equal(ninth.headers.get('retry-after'), '1')
    assert.equal(((await ninth.json()) as { code: string }).code, 'TOO_MANY_STREAMS')
    const other = await readEvents(daemon, { token: await daemon.tokenFor('audit') })
    assert.equal(other.answer.status, 200)
    other.hangUp()
    streams[0]?.hangUp()
    await eventually('a place is free', async () => {
      const again = await daemon.call('/v1/events')
      void again.body?.cancel()
      return again.status === 200
    })
    for (const stream of streams) stream.hangUp()
  })
})

suite('what a head may not hide', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  const bearer = `Authorization: Bearer ${HOME_TOKEN}`
  const ask = (...lines: string[]) =>
    daemon.raw([...lines, 'Connection: close', '', ''].join('\r\n'))

  test('a second Host behind thousands of headers', async () => {
    const many = Array.from({ length: 2_500 }, () => 'a:')
    const host = `Host: 127.0.0.1:${daemon.port}`
    const answer = await ask('GET /v1/application HTTP/1.1', host, bearer, ...many, 'Host: evil')
    assert.match(answer, /"FORBIDDEN_HOST"/)
  })

  test('an expectation: it is refused after Host and credential', async () => {
    const host = `Host: 127.0.0.1:${daemon.port}`
    const get = 'GET /v1/application HTTP/1.1'
    assert.match(await ask(get, 'Host: evil', 'Expect: 200-ok'), /"FORBIDDEN_HOST"/)
    assert.match(await ask(get, host, 'Expect: 200-ok'), /"UNAUTHENTICATED"/)
    assert.match(await ask(get, host, bearer, 'Expect: 200-ok'), /"EXPECTATION_FAILED"/)
  })

  test('a transfer coding that the daemon does not know', async () => {
    const answer = await ask(
      'POST /v1/recordings HTTP/1.1',
      `Host: 127.0.0.1:${daemon.port}`,
      bearer,
      'Transfer-Encoding: gzip, chunked',
    )
    assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*"INVALID_REQUEST"/)
    assert.equal(daemon.recorder.commands.length, 0)
  })

  test('a path below /launch/ that is not a launch URL', async () => {
    assert.equal((await daemon.call('/launch/a/b', { token: null })).status, 401)
    assert.equal((await daemon.call('/launch/', { token: null })).status, 401)
  })
})

suite('the Unix socket', (test) => {
  const noSockets = process.platform === 'win32' ? 'Windows has no Unix sockets' : null
  test.unless(noSockets, 'keeps its connections while strangers flood the port', async () => {
    const daemon = await startDaemon({ socket: true, limits: { headersTimeoutMs: 30_000 } })
    const local = connect(daemon.socketPath as string)
    try {
      await once(local, 'connect')
      const answer = Promise.race([once(local, 'data'), once(local, 'close')])
      const strangers = await Promise.all(Array.from({ length: 300 }, () => daemon.connect()))
      for (const stranger of strangers) stranger.on('error', () => {}).resume()
      await eventually('the oldest stranger is closed', () => strangers[0]?.destroyed)
      local.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n\r\n`)
      assert.match(String((await answer)[0]), /^HTTP\/1\.1 200 /)
    } finally {
      local.destroy()
      await daemon.close()
    }
  })

  test.unless(
    noSockets,
    'answers like the port, and finishes an answer when the daemon ends',
    async () => {
      const daemon = await startDaemon({ socket: true })
      const path = daemon.socketPath as string
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      const ask = (target: string, method = 'GET'): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const headers = {
            host: `127.0.0.1:${daemon.port}`,
            authorization: `Bearer ${HOME_TOKEN}`,
          }
          request({ socketPath: path, path: target, method, headers, agent: false }, (answer) =>
            resolve(answer.resume().statusCode),
          )
            .on('error', reject)
            .end()
        })
      assert.equal(await ask('/v1/application'), 200)
      const before = daemon.recorder.answer
      let begin = (): void => {}
      const begun = new Promise<void>((resolve) => {
        begin = resolve
      })
      let end = (): void => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      daemon.recorder.answer = async (command) => {
        begin()
        await ended
        return before(command)
      }
      const answer = ask('/v1/recordings', 'POST')
      await begun
      const closing = daemon.close()
      end()
      assert.equal(await answer, 201)
      await closing
      assert.equal(existsSync(path), false)
    },
  )
})
