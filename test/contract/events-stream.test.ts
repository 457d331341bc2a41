import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import { eventsOf } from '../e2e/support/history.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { assertWithin } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'
import { type EventFeed, openFeed } from './support/event-feed.ts'

const isEnd = ({ type, data }: LogEvent): boolean =>
  type === 'command.completed' && (data as { command: string }).command === 'recording.close'

function assertGapless(events: readonly LogEvent[], from = 1): void {
  assert.deepEqual(
    events.map(({ position }) => position),
    events.map((_, index) => from + index),
  )
}

suite('the stream of events', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let fromTheStart: EventFeed

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    fromTheStart = await openFeed(daemon, { after: 0 })
  })
  test.after(async () => {
    fromTheStart.close()
    await daemon.stop()
  })
  test.beforeEach(() => clients.clear())

  async function session(): Promise<string> {
    const { id } = (await clients.api.start({ tags: { customer: '4711' } })).body
    await clients.ui.command('stop')
    await clients.api.command('stop')
    await clients.api.command('close')
    return id
  }

  test('after position 0 it delivers the whole log, each event once and in order', async () => {
    const id = await session()
    await fromTheStart.event(
      'the end of the session',
      (event) => isEnd(event) && event.recordingId === id,
    )
    assertGapless(fromTheStart.events)
    const [started] = fromTheStart.events
    assert.deepEqual(
      [started!.type, started!.recordingId, started!.version],
      ['daemon.started', null, null],
    )
    assert.deepEqual(
      fromTheStart.events.filter(
        ({ recordingId, type }) => recordingId === id && type !== 'recording.accessed',
      ),
      await eventsOf(daemon, id),
    )
  })

  test('without a position it begins with the next event', async () => {
    const id = await session()
    const feed = await openFeed(daemon)
    const token = await clients.thirdParty('late', ['read'])
    await clients.api.call('DELETE', `/tokens/${token.id}`)
    await feed.event('the token’s end', ({ type }) => type === 'token.revoked')
    feed.close()
    assert.deepEqual(
      feed.events.map(({ type }) => type),
      ['token.created', 'token.revoked'],
    )
    assert.equal(
      feed.events.some(({ recordingId }) => recordingId === id),
      false,
    )
  })

  test('several readers get the same events', async () => {
    const feeds = await Promise.all([1, 2, 3].map(() => openFeed(daemon, { after: 0 })))
    const id = await session()
    for (const feed of feeds)
      await feed.event('the end', (event) => isEnd(event) && event.recordingId === id)
    for (const { events, close } of feeds) {
      close()
      assert.deepEqual(events, feeds[0]!.events)
    }
  })

  test('levels come only on request, and are not in the log', async () => {
    const quiet = await openFeed(daemon)
    const loud = await openFeed(daemon, { levels: true })
    const { id } = (await clients.api.start({ media: ['audio'] })).body
    const media = ['mic', 'speaker'] as const
    await loud.until('levels of both media', () =>
      media.every((medium) =>
        loud.messages.some(
          ({ event, data }) => event === 'level' && JSON.parse(data!).medium === medium,
        ),
      ),
    )
    const { tracks } = (await clients.api.get('/recordings/current')).body
    for (const medium of media)
      assert.ok(tracks[medium].level.rmsDb > -60, `the ${medium} is read with its level`)
    await clients.api.command('stop')
    await loud.event('the end', ({ type }) => type === 'recording.wrapUpStarted')
    await quiet.event('the end', ({ type }) => type === 'recording.wrapUpStarted')
    const levels = loud.messages.filter(({ event }) => event === 'level')
    for (const { id: position, data } of levels) {
      assert.equal(position, undefined, 'a level must not move the position at which to resume')
      const { recordingId, level } = JSON.parse(data!)
      assert.equal(recordingId, id)
      assert.ok(level.rmsDb > -60 && level.rmsDb <= level.peakDb && level.peakDb <= 0, data)
    }
    assert.equal(
      quiet.messages.some(({ event }) => event === 'level'),
      false,
    )
    assert.deepEqual(quiet.events, loud.events)
    quiet.close()
    loud.close()
  })

  test(
    'an idle stream shows that it is alive at least every 15 s',
    async () => {
      const feed = await openFeed(daemon)
      const openedAt = performance.now()
      await feed.until('a comment', () =>
        feed.messages.some(({ comment }) => comment !== undefined),
      )
      feed.close()
      assertWithin(performance.now() - openedAt, 15_000, 'the heartbeat')
      assert.deepEqual(feed.events, [])
    },
    { limitMs: 25_000 },
  )
})

suite('the stream of events over the end of the daemon', (test) => {
  test(
    'a client that resumes after its last event misses none and gets none twice, even after kill -9',
    async () => {
      let daemon = await startDaemon()
      const { home } = daemon
      const got: LogEvent[] = []
      try {
        for (const end of ['SIGTERM', 'SIGKILL', 'SIGTERM'] as const) {
          const feed = await openFeed(daemon, { after: got.at(-1)?.position ?? 0 })
          const { api } = await connect(daemon)
          await api.start({ tags: { end } })
          daemon.kill(end)
          await daemon.exited
          await feed.ended
          got.push(...feed.events)
          assertGapless(got)
          daemon = await startDaemon({ home })
        }
        const { api } = await connect(daemon)
        await api.command('close')
        const resumed = await openFeed(daemon, { after: got.at(-1)!.position })
        const whole = await openFeed(daemon, { after: 0 })
        const last = await whole.event('the end', isEnd)
        await resumed.event('the end', ({ position }) => position === last.position)
        got.push(...resumed.events)
        whole.close()
        resumed.close()
        assert.deepEqual(got, whole.events)
        assertGapless(got)
        const count = (type: string) => got.filter((event) => event.type === type).length
        assert.deepEqual([count('daemon.started'), count('daemon.stopped')], [4, 2])
        assert.equal(count('recording.interrupted'), 1)
      } finally {
        await daemon.stop()
      }
    },
    { limitMs: 60_000 },
  )
})
