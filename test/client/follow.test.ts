import assert from 'node:assert/strict'
import { createClient } from '../../src/client/client.ts'
import { ConnectionError, ForbiddenError, InvalidRequestError } from '../../src/client/errors.ts'
import { follow } from '../../src/client/follow.ts'
import type { StreamMessage } from '../../src/client/types.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../http/support/daemon.ts'
import { suite } from '../support/suite.ts'

const positionOf = (message: StreamMessage | undefined): number | undefined =>
  message?.kind === 'event' ? message.event.position : undefined

suite('following with the client library', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon({ limits: { heartbeatMs: 30, stallMs: 200 } })
  })
  test.afterEach(() => daemon.close())

  const client = (token = HOME_TOKEN) => createClient({ url: daemon.url, token })

  test('delivers the events of the log, each once, through lost connections', async () => {
    for (let i = 0; i < 3; i++) daemon.recorder.append()
    const states: string[] = []
    const positions: (number | undefined)[] = []
    let cut = () => {}
    const cuttable: typeof fetch = async (...args) => {
      const answer = await fetch(...args)
      const start = (controller: TransformStreamDefaultController) => {
        cut = () => controller.error(new TypeError('terminated'))
      }
      return new Response(answer.body?.pipeThrough(new TransformStream({ start })), answer)
    }
    const recorder = createClient({ url: daemon.url, token: HOME_TOKEN, fetch: cuttable })
    const stream = recorder.follow({ after: 1, onConnection: (state) => states.push(state) })
    for await (const message of stream) {
      positions.push(positionOf(message))
      if (positions.length === 2) {
        cut()
        daemon.recorder.append()
      }
      if (positions.length === 3) break
    }
    assert.deepEqual(positions, [2, 3, 4])
    assert.deepEqual(states, ['connecting', 'open', 'lost', 'connecting', 'open'])
  })

  test('goes on where it began, when the connection is lost before any event came', async () => {
    daemon.recorder.append()
    let connections = 0
    const cuttable: typeof fetch = async (...args) => {
      const answer = await fetch(...args)
      if (++connections > 1) return answer
      const transform = (chunk: Uint8Array, controller: TransformStreamDefaultController) => {
        controller.enqueue(chunk)
        controller.terminate()
        daemon.recorder.append()
      }
      return new Response(answer.body?.pipeThrough(new TransformStream({ transform })), answer)
    }
    const recorder = createClient({ url: daemon.url, token: HOME_TOKEN, fetch: cuttable })
    for await (const message of recorder.follow()) {
      assert.equal(positionOf(message), 2)
      break
    }
  })

  test('delivers levels and exports if they are asked for', async () => {
    const abort = new AbortController()
    const kinds = new Set<string>()
    const onConnection = (state: string): void => {
      if (state !== 'open') return
      const at = '2025-11-22T09:30:00.000Z'
      const level = { rmsDb: -20, peakDb: -6 }
      daemon.recorder.bus.emit('level', { recordingId: 'rec_current', medium: 'mic', level, at })
      daemon.recorder.commit()
    }
    const options = { levels: true, exports: true, signal: abort.signal, onConnection }
    for await (const message of client().follow(options)) {
      kinds.add(message.kind)
      if (kinds.size === 2) abort.abort()
    }
    assert.deepEqual([...kinds].sort(), ['event', 'level'])
  })

  test('ends without an error when the caller’s signal aborts', async () => {
    const abort = new AbortController()
    const onConnection = (state: string): void => {
      if (state === 'open') abort.abort()
    }
    for await (const _ of client().follow({ signal: abort.signal, onConnection }))
      assert.fail('no message was expected')
  })

  test('throws what waiting does not heal', async () => {
    const next = (after: number | undefined, token?: string) =>
      client(token).follow({ after })[Symbol.asyncIterator]().next()
    await assert.rejects(next(7), InvalidRequestError)
    await assert.rejects(next(undefined, await daemon.tokenFor('read')), ForbiddenError)
  })

  test('a silent connection is opened again after the last event', async () => {
    const text = new TextEncoder().encode('id: 5\nevent: track.paused\ndata: {"position":5}\n\n')
    const opened: (number | undefined)[] = []
    const problems: unknown[] = []
    const open = async (after: number | undefined, signal: AbortSignal) => {
      opened.push(after)
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          if (opened.length === 1) controller.enqueue(text)
          signal.addEventListener('abort', () => controller.error(signal.reason))
        },
      })
      return { body }
    }
    const abort = new AbortController()
    const onConnection = (state: string): void => {
      if (state === 'open' && opened.length === 2) abort.abort()
    }
    const onProblem = (error: unknown) => problems.push(error)
    const options = { after: 4, signal: abort.signal, onConnection, onProblem }
    const got: (number | undefined)[] = []
    for await (const message of follow(open, options, 20)) got.push(positionOf(message))
    assert.deepEqual(got, [5])
    assert.deepEqual(opened, [4, 5])
    assert.ok(problems[0] instanceof ConnectionError)
    assert.match(String(problems[0]), /silent/)
  })
})
