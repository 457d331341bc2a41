import assert from 'node:assert/strict'
import { once } from 'node:events'
import { ANSWERS } from '../../../src/http/schemas/answers.ts'
import { eventually, suite } from '../../support/suite.ts'
import { type Daemon, HOME_TOKEN, startDaemon } from '../support/daemon.ts'
import { readEvents } from '../support/event-reader.ts'
import { pointersOf, toProblem } from '../support/expect.ts'

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

suite('the event stream', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon({ limits: { heartbeatMs: 30, stallMs: 200 } })
  })
  test.afterEach(() => daemon.close())

  test('is text/event-stream and begins with the next event', async () => {
    daemon.recorder.commit()
    const reader = await readEvents(daemon)
    assert.equal(reader.answer.headers.get('content-type'), 'text/event-stream')
    assert.equal(reader.answer.headers.get('cache-control'), 'no-store')
    const event = daemon.recorder.commit('recording.resumed')
    await reader.received(1)
    const block = reader.blocks.find(({ data }) => data !== null)
    assert.deepEqual(block, { id: '2', event: 'recording.resumed', data: event, comment: false })
    ANSWERS.Event.parse(block?.data)
    reader.hangUp()
  })

  test('resumes after Last-Event-ID, and from the beginning with 0', async () => {
    for (let i = 0; i < 600; i++) daemon.recorder.append()
    const [all, some, none] = await Promise.all(
      [0, 598, 600].map((lastEventId) => readEvents(daemon, { lastEventId })),
    )
    await all?.received(600)
    await some?.received(2)
    daemon.recorder.commit()
    for (const [reader, first] of [
      [all, 1],
      [some, 599],
      [none, 601],
    ] as const) {
      await reader?.received(602 - first)
      assert.deepEqual(reader?.positions(), upTo(601, first))
      reader?.hangUp()
    }
  })

  test('has no gap and no repetition between stored and new events', async () => {
    for (let i = 0; i < 500; i++) daemon.recorder.append()
    const { log } = daemon.recorder
    let reads = 0
    // Every page that is read from the log is overtaken by a commit, while it is read and before it
    // is written.
    const { events } = log
    log.events = async (query) => {
      const page = await events(query)
      if (reads++ < 10) daemon.recorder.commit()
      return page
    }
    const reader = await readEvents(daemon, { lastEventId: 0 })
    await eventually('the history is read', () => reader.positions().length >= 500)
    for (let i = 0; i < 20; i++) daemon.recorder.commit()
    const total = daemon.recorder.events.length
    await reader.received(total)
    // Announced only after it has been read, and before it is written.
    const late = daemon.recorder.append()
    log.events = async (query) => {
      const page = await events(query)
      daemon.recorder.bus.emit('events', [late])
      return page
    }
    daemon.recorder.commit()
    await reader.received(total + 2)
    assert.deepEqual(reader.positions(), upTo(daemon.recorder.events.length))
    assert.ok(reads > 1)
    reader.hangUp()
  })

  test('delivers events that the bus left out', async () => {
    const reader = await readEvents(daemon)
    daemon.recorder.append()
    daemon.recorder.append()
    daemon.recorder.commit()
    await reader.received(3)
    assert.deepEqual(reader.positions(), [1, 2, 3])
    daemon.recorder.append()
    await reader.received(4)
    reader.hangUp()
  })

  test('carries levels only on request, and without an id', async () => {
    const [quiet, loud] = await Promise.all([
      readEvents(daemon),
      readEvents(daemon, { levels: true }),
    ])
    const level = {
      recordingId: 'rec_current',
      medium: 'mic',
      level: { rmsDb: -20, peakDb: -3 },
      at: 'now',
    } as const
    daemon.recorder.bus.emit('level', level)
    daemon.recorder.commit()
    await Promise.all([quiet?.received(1), loud?.received(1)])
    assert.deepEqual(
      loud?.blocks.find(({ event }) => event === 'level'),
      { id: null, event: 'level', data: level, comment: false },
    )
    assert.ok(!quiet?.blocks.some(({ event }) => event === 'level'))
    quiet?.hangUp()
    loud?.hangUp()
  })

  test('says that the log cannot be written any more, without an id', async () => {
    const reader = await readEvents(daemon)
    const data = { log: 'readOnly', code: 'LOG_DAMAGED', detail: 'Event 5.', at: 'now' } as const
    daemon.recorder.bus.emit('log', data)
    daemon.recorder.commit()
    await reader.received(1)
    assert.deepEqual(
      reader.blocks.find(({ event }) => event === 'log'),
      { id: null, event: 'log', data, comment: false },
    )
    reader.hangUp()
  })

  test('is kept alive by comments', async () => {
    const reader = await readEvents(daemon)
    await eventually(
      'two comments',
      () => reader.blocks.filter(({ comment }) => comment).length >= 2,
    )
    reader.hangUp()
  })

  test('ends with the daemon, and leaves no listener when the client disconnects', async () => {
    const { bus } = daemon.recorder
    const [first, second] = await Promise.all([
      readEvents(daemon, { levels: true }),
      readEvents(daemon),
    ])
    assert.equal(bus.listenerCount('events'), 2)
    first?.hangUp()
    await eventually(
      'one is gone',
      () => bus.listenerCount('events') === 1 && bus.listenerCount('level') === 0,
    )
    await daemon.close()
    await second?.ended
    assert.equal(bus.listenerCount('events'), 0)
    daemon = await startDaemon()
  })

  test('ends when its token is revoked', async () => {
    const token = await daemon.tokenFor('audit')
    const [theirs, ours] = [await readEvents(daemon, { token }), await readEvents(daemon)]
    const id = daemon.recorder.tokens[0]?.id
    assert.equal((await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })).status, 204)
    await theirs.ended
    daemon.recorder.commit()
    await ours.received(1)
    ours.hangUp()
  })

  test('is not opened by a token that is revoked while its access is recorded', async () => {
    const token = await daemon.tokenFor('audit')
    const id = daemon.recorder.tokens[0]?.id
    daemon.recorder.commit()
    daemon.recorder.beforeAccess = async () => {
      assert.equal((await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })).status, 204)
    }
    const headers = { 'last-event-id': '0' }
    await toProblem(await daemon.call('/v1/events', { token, headers }), 'UNAUTHENTICATED')
  })

  test('ends when its token turns out to be revoked, though that was answered 503', async () => {
    const token = await daemon.tokenFor('audit')
    const theirs = await readEvents(daemon, { token })
    // The write reached the disk in the end.
    daemon.recorder.tokens = []
    await theirs.ended
  })

  test('goes on when the log is opened again, with the same tokens', async () => {
    const token = await daemon.tokenFor('audit')
    const theirs = await readEvents(daemon, { token })
    daemon.recorder.tokens = structuredClone(daemon.recorder.tokens)
    const comments = theirs.blocks.length
    await eventually('three looks at the token', () => theirs.blocks.length >= comments + 3)
    daemon.recorder.commit()
    await theirs.received(1)
    theirs.hangUp()
  })

  test('buffers little for a stalled reader, and disconnects it', async () => {
    const socket = await daemon.connect()
    const lines = [
      'GET /v1/events HTTP/1.1',
      `Host: 127.0.0.1:${daemon.port}`,
      `Authorization: Bearer ${HOME_TOKEN}`,
    ]
    socket.write([...lines, 'Last-Event-ID: 0', '', ''].join('\r\n'))
    await once(socket, 'readable')
    // Unread from here on. What the daemon reads from the log is what it has buffered, in its own
    // memory or the kernel's.
    for (let i = 0; i < 100_000; i++) daemon.recorder.append()
    const { log } = daemon.recorder
    let highest = 0
    const { events } = log
    log.events = (query) => {
      highest = Math.max(highest, query.after)
      return events(query)
    }
    daemon.recorder.commit()
    await eventually(
      'the daemon lets go',
      () => daemon.recorder.bus.listenerCount('events') === 0,
      10_000,
    )
    assert.ok(highest < 50_000, `read up to ${highest} of 100,001`)
    socket.destroy()
  })

  test('accepts only a position as Last-Event-ID', async () => {
    for (const id of ['x', '-1', '1.5', '1, 2']) {
      assert.deepEqual(
        await pointersOf(await daemon.call('/v1/events', { headers: { 'last-event-id': id } })),
        [''],
        id,
      )
    }
  })

  test('tells a client that is ahead of the log where the log ends', async () => {
    daemon.recorder.commit()
    for (const method of ['GET', 'HEAD']) {
      const headers = { 'last-event-id': '2' }
      const answer = await daemon.call('/v1/events', { method, headers })
      assert.equal(answer.status, 400, method)
      if (method === 'HEAD') continue
      const { detail, errors, lastPosition } = await toProblem(answer, 'INVALID_REQUEST')
      assert.match(String(detail), /The log ends at position 1\..*Read it again from an earlier/)
      assert.equal(lastPosition, 1)
      assert.deepEqual(errors, [{ pointer: '', detail: 'The log ends at position 1.' }])
    }
    assert.equal(daemon.recorder.bus.listenerCount('events'), 0)
    const reader = await readEvents(daemon, { lastEventId: 1 })
    daemon.recorder.commit()
    await reader.received(1)
    reader.hangUp()
  })

  test('answers HEAD without a body', async () => {
    const answer = await daemon.call('/v1/events', { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'text/event-stream')
    assert.equal(daemon.recorder.bus.listenerCount('events'), 0)
  })
})
