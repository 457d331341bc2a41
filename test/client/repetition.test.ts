import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { createClient } from '../../src/client/client.ts'
import { ConnectionError, NotReadyError, RecorderProblem } from '../../src/client/errors.ts'
import { ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'
import { closeServers, startServer } from './support/server.ts'

function sendProblem(response: ServerResponse, code: ErrorCode, retryAfterSeconds = 0): void {
  const [status, title] = ERRORS[code]
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ code, title, status, detail: title, retryAfterSeconds }))
}

const sendOk = (response: ServerResponse): void => void response.end('{"id":"rec_current"}')

suite('repetition by the client library', (test) => {
  test.afterEach(closeServers)

  test('a command whose connection breaks is sent again under the same key', async () => {
    const server = await startServer((request, response, number) => {
      if (number === 1) request.destroy()
      else if (number === 2) {
        // The second one breaks in the middle of its answer.
        response.writeHead(200, { 'content-length': 100 })
        response.write('{"id":', () => request.destroy())
      } else sendOk(response)
    })
    const recording = await createClient({ url: server.url }).pause('current')
    assert.equal(recording.id, 'rec_current')
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    assert.equal(keys.length, 3)
    assert.equal(new Set(keys).size, 1)
    assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
  })

  test('gives up after three repetitions, and says that nobody answered', async () => {
    const server = await startServer((request) => request.destroy())
    const recorder = createClient({ url: server.url })
    const error = await recorder.start().catch((reason) => reason)
    assert.ok(error instanceof ConnectionError, String(error))
    assert.ok(error.cause instanceof TypeError)
    assert.equal(server.requests.length, 4)
  })

  test('a command that is not wanted any more is not sent again, but is not cancelled', async () => {
    const unwanted = new AbortController()
    const server = await startServer((request, response, number) => {
      if (number > 1) sendOk(response)
      else {
        unwanted.abort()
        request.destroy()
      }
    })
    const recorder = createClient({ url: server.url })
    const options = { repeatUntil: unwanted.signal }
    await assert.rejects(recorder.start({}, options), ConnectionError)
    assert.equal(server.requests.length, 1)
    assert.equal((await recorder.start({}, options)).id, 'rec_current')
  })

  test('what could act twice is sent once', async () => {
    const server = await startServer((request) => request.destroy())
    const recorder = createClient({ url: server.url })
    const body = { name: 'crm', scopes: ['read' as const] }
    await assert.rejects(recorder.createToken(body), ConnectionError)
    assert.equal(server.requests.length, 1)
  })

  test('a command that is still being carried out is asked for again', async () => {
    const server = await startServer((_, response, number) => {
      if (number <= 5) sendProblem(response, 'IN_FLIGHT')
      else sendOk(response)
    })
    await createClient({ url: server.url }).start()
    assert.equal(server.requests.length, 6)
  })

  test('a command for which there was no connection left is asked for again', async () => {
    const server = await startServer((_, response, number) => {
      if (number === 1) sendProblem(response, 'TOO_MANY_CONNECTIONS')
      else sendOk(response)
    })
    await createClient({ url: server.url }).start()
    assert.equal(server.requests.length, 2)
  })

  test('a command that arrived too late is sent again, with the same key', async () => {
    const server = await startServer((_, response, number) => {
      if (number === 1) sendProblem(response, 'REQUEST_TIMEOUT')
      else sendOk(response)
    })
    await createClient({ url: server.url }).start()
    const [first, second, ...more] = server.requests.map(
      ({ headers }) => headers['idempotency-key'],
    )
    assert.deepEqual([second, more], [first, []])
    assert.ok(first)
  })

  test('a refusal is not repeated', async () => {
    const server = await startServer((_, response) => sendProblem(response, 'INVALID_STATE'))
    await assert.rejects(createClient({ url: server.url }).resume('current'), RecorderProblem)
    assert.equal(server.requests.length, 1)
  })

  test('waits for a recorder that restarts, but not for one that is just starting', async () => {
    const server = await startServer((request, response, number) => {
      if (number === 2) request.destroy()
      else if (number <= 4) sendProblem(response, 'NOT_READY')
      else sendOk(response)
    })
    const recorder = createClient({ url: server.url })
    await assert.rejects(recorder.stop('current'), NotReadyError)
    assert.equal((await recorder.stop('current')).id, 'rec_current')
    assert.equal(server.requests.length, 5)
  })

  test('knows at once that nobody listens', async () => {
    const server = await startServer(() => {})
    await closeServers()
    let sends = 0
    const recorder = createClient({
      url: server.url,
      fetch: (...args) => {
        sends++
        return fetch(...args)
      },
    })
    await assert.rejects(recorder.application(), ConnectionError)
    assert.equal(sends, 1)
  })
})
