import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import {
  createClient,
  type FeedSocketConstructor,
  type InspectOptions,
} from '../../src/client/client.ts'
import { ConnectionError, ForbiddenError, UnauthenticatedError } from '../../src/client/errors.ts'
import { eventMessage } from '../../src/inspection/inspection-messages.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../http/support/daemon.ts'
import { AT, BY, recordingView } from '../http/support/stub-recorder.ts'
import { eventually, suite } from '../support/suite.ts'

suite('inspecting with the client library', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(() => daemon.close())

  const inspect = (options: InspectOptions = {}, token = HOME_TOKEN) =>
    createClient({ url: daemon.url, token }).inspect({
      WebSocket: WebSocket as unknown as FeedSocketConstructor,
      ...options,
    })
  const emit = (type: string): void => {
    for (const inspector of daemon.recorder.inspectors)
      inspector(eventMessage('recorder', { type }, { atMs: 1 }))
  }
  const connected = () => eventually('it is connected', () => daemon.recorder.inspectors.size === 1)

  test('is an iteration over messages, which ends when its reader leaves', async () => {
    const inspection = inspect()
    void connected().then(() => ['one', 'two', 'three'].map(emit))
    const types: string[] = []
    for await (const message of inspection) {
      types.push(message.type === '@xstate.event' ? message.event.type : message.type)
      if (types.length === 3) break
    }
    assert.deepEqual(types, ['one', 'two', 'three'])
    await eventually('it is closed', () => daemon.recorder.inspectors.size === 0)
  })

  test('ends with its signal', async () => {
    const leave = new AbortController()
    const inspection = inspect({ signal: leave.signal })
    void connected().then(() => leave.abort())
    for await (const message of inspection) assert.fail(message.type)
    await eventually('it is closed', () => daemon.recorder.inspectors.size === 0)
    assert.throws(() => inspect({ signal: leave.signal }), /abort/i)
  })

  test('steps through the past of a recording', async () => {
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    const { events } = daemon.recorder
    const [type, data] = ['recording.tagged', { tags: { customer: 'C-1' } }] as const
    const whose = { recordingId: 'rec_current', version: 1, at: AT, by: BY, commandId: null }
    events.push({ position: 1, type, data, ...whose })
    const inspection = inspect({ recording: 'rec_current', tags: true, position: 0, speed: 0 })
    let isAsked = false
    for await (const message of inspection) {
      if (message.type === '@xstate.event' && message.event.type === type) break
      if (!isAsked) inspection.send({ type: 'step', count: 1 })
      isAsked = true
    }
    assert.ok(isAsked)
  })

  test('throws the recorder’s reason when it is refused', async () => {
    const read = async (inspection: AsyncIterable<unknown>) => {
      for await (const message of inspection) assert.fail(String(message))
    }
    await assert.rejects(() => read(inspect({}, 'wrong')), UnauthenticatedError)
    const token = await daemon.tokenFor('read')
    await assert.rejects(() => read(inspect({}, token)), ForbiddenError)
    const running = read(inspect())
    await connected()
    const ended = assert.rejects(running, ConnectionError)
    await daemon.close()
    await ended
    await assert.rejects(() => read(inspect()), ConnectionError)
    daemon = await startDaemon()
  })

  test('says what it needs where there is no web socket', () => {
    const { WebSocket: own } = globalThis as { WebSocket?: unknown }
    if (own !== undefined) return
    assert.throws(() => inspect({ WebSocket: undefined }), /Pass one as an option/)
  })
})
