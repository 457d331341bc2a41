import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { pino } from 'pino'
import { createAccess } from '../../src/access/access.ts'
import { addressOf } from '../../src/http/address.ts'
import { createHttpApp, type HttpOptions, startHttp } from '../../src/http/server.ts'
import { holdThread } from '../support/hold-thread.ts'
import { suite } from '../support/suite.ts'
import { configurationWith, type Daemon, HOME_TOKEN, startDaemon } from './support/daemon.ts'
import { readEvents } from './support/event-reader.ts'
import { bodyOf } from './support/expect.ts'
import { NO_AUDIT } from './support/stub-audit.ts'
import { StubBundles } from './support/stub-bundles.ts'
import { StubCompositions } from './support/stub-compositions.ts'
import { StubRecorder } from './support/stub-recorder.ts'
import { NO_VERIFICATIONS } from './support/stub-verifications.ts'

function options(): HttpOptions {
  const recorder = new StubRecorder('/nowhere')
  return {
    audit: NO_AUDIT,
    recorder,
    compositions: new StubCompositions(),
    verifications: NO_VERIFICATIONS,
    bundles: new StubBundles(),
    access: createAccess({ homeToken: HOME_TOKEN, tokens: () => [] }),
    version: '1.2.3',
    user: 'tester',
    configuration: configurationWith({}),
    logger: pino({ level: 'silent' }),
    isRunning: () => true,
  }
}

/** A promise and what resolves it. */
function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

suite('the server', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(() => daemon.close())

  test('listens on 127.0.0.1 and reports its address', async () => {
    assert.equal(daemon.url, `http://127.0.0.1:${daemon.port}`)
    // Only Linux has all of 127.0.0.0/8 on its loopback.
    for (const host of process.platform === 'linux' ? ['::1', '127.0.0.2'] : ['::1']) {
      await assert.rejects(
        once(connect(daemon.port, host), 'connect'),
        /ECONNREFUSED|EADDRNOTAVAIL/,
        host,
      )
    }
  })

  test('names a remedy when its port is taken', async () => {
    await assert.rejects(startHttp({ ...options(), port: daemon.port }), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`Port ${daemon.port} .*is taken.*choose another port with --port`),
      )
      return true
    })
  })

  test('ends streams and idle connections when it closes, and completes running answers', async () => {
    const { recorder } = daemon
    const idle = await daemon.connect()
    const stream = await readEvents(daemon)
    const keepAlive = await daemon.call('/healthz')
    await keepAlive.text()
    const started = signal()
    const answerNow = signal()
    const before = recorder.answer
    recorder.answer = async (command) => {
      started.resolve()
      await answerNow.promise
      return before(command)
    }
    const pause = daemon.post('/v1/recordings/current/pause')
    await started.promise
    const closed = daemon.close()
    await stream.ended
    await assert.rejects(daemon.call('/healthz'), 'no new requests')
    answerNow.resolve()
    await bodyOf(await pause, 200, 'Recording')
    await closed
    assert.ok(idle.destroyed || (await once(idle, 'close')))
    daemon = await startDaemon()
  })

  test('completes a running answer although it was held for the time that it may take', async () => {
    const other = await startDaemon({ limits: { drainMs: 300 } })
    const started = signal()
    const answerNow = signal()
    const before = other.recorder.answer
    other.recorder.answer = async (command) => {
      started.resolve()
      await answerNow.promise
      return before(command)
    }
    const pause = other.post('/v1/recordings/current/pause')
    await started.promise
    const closed = other.close()
    await assert.rejects(other.call('/healthz'), 'no new requests')
    holdThread(400)
    setTimeout(answerNow.resolve)
    await bodyOf(await pause, 200, 'Recording')
    await closed
  })

  test('closes in time even if an answer never ends', async () => {
    const other = await startDaemon({ limits: { drainMs: 50 } })
    const started = signal()
    other.recorder.answer = () => {
      started.resolve()
      return new Promise(() => {})
    }
    const pause = other.post('/v1/recordings/current/pause')
    await started.promise
    const [outcome] = await Promise.allSettled([pause, other.close()])
    assert.equal(outcome?.status, 'rejected')
  })

  test('can be closed twice', async () => {
    const server = await startHttp({ ...options(), port: 0 })
    await Promise.all([server.close(), server.close()])
  })

  test('answers malformed HTTP with 400, and too long a head with 431', async () => {
    assert.match(
      await daemon.raw('HELLO\r\n\r\n'),
      /^HTTP\/1.1 400 .*Connection: close.*"code":"INVALID_REQUEST"/s,
    )
    const smuggled = `Host: 127.0.0.1:${daemon.port}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked`
    assert.match(
      await daemon.raw(`POST /v1/recordings HTTP/1.1\r\n${smuggled}\r\n\r\n0\r\n\r\n`),
      /^HTTP\/1.1 400 /,
    )
    assert.match(
      await daemon.raw(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1.1 431 .*"code":"HEADERS_TOO_LARGE"/s,
    )
  })

  test('can be mounted on another server', async () => {
    const app = createHttpApp(options())
    const server = createServer(app.callback).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    app.setAddress(addressOf(port))
    await bodyOf(await fetch(`${url}/healthz`, { headers: { connection: 'close' } }), 200, 'Health')
    server.close()
  })
})

suite('limits', (test) => {
  test('a head must be complete within 5 s, however slowly it arrives', async () => {
    const daemon = await startDaemon()
    const [silent, dripping] = [await daemon.connect(), await daemon.connect()]
    let received = ''
    dripping.on('data', (chunk) => {
      received += chunk
    })
    dripping.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n`)
    const drip = setInterval(() => dripping.write('X: y\r\n'), 300)
    dripping.on('error', () => {})
    silent.resume()
    const startedAt = performance.now()
    await Promise.all([once(silent, 'close'), once(dripping, 'close')])
    clearInterval(drip)
    const seconds = (performance.now() - startedAt) / 1000
    assert.ok(seconds > 4 && seconds < 8, `${seconds} s`)
    assert.match(received, /^HTTP\/1.1 408 .*"code":"REQUEST_TIMEOUT"/s)
    await daemon.close()
  })

  test('a head that came in time is read although the recorder was held', async () => {
    const headersTimeoutMs = 300
    const daemon = await startDaemon({ limits: { headersTimeoutMs } })
    const socket = await daemon.connect()
    // The connection has been accepted when a later one has been answered.
    await (await daemon.call('/healthz')).text()
    socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n\r\n`)
    holdThread(headersTimeoutMs + 100)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1.1 200 /)
    socket.destroy()
    await daemon.close()
  })

  test('a body must arrive in time; an answer may take longer', async () => {
    const daemon = await startDaemon({ limits: { headersTimeoutMs: 100, requestTimeoutMs: 200 } })
    const head = [
      'POST /v1/recordings HTTP/1.1',
      `Host: 127.0.0.1:${daemon.port}`,
      `Authorization: Bearer ${HOME_TOKEN}`,
    ]
    const slowBody = [
      ...head,
      'Content-Type: application/json',
      'Content-Length: 10',
      '',
      '{"me',
    ].join('\r\n')
    const stream = await readEvents(daemon)
    assert.match(await daemon.raw(slowBody), /^HTTP\/1.1 408 .*"code":"REQUEST_TIMEOUT"/s)
    assert.equal(daemon.recorder.commands.length, 0)
    daemon.recorder.commit()
    await stream.received(1)
    stream.hangUp()
    assert.ok(
      !daemon.logLines.some((line) => JSON.parse(line).level >= 50),
      'a client that goes away is no error',
    )
    await daemon.close()
  })
})
