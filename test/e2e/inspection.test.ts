import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { WebSocket, WebSocketServer } from 'ws'
import { createClient, type FeedSocketConstructor } from '../../src/client/client.ts'
import type { InspectionMessage } from '../../src/contract/inspection.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { ReplayState } from '../../src/contract/replay.ts'
import { toStately } from '../../src/inspection/stately.ts'
import { openInspection } from '../http/support/inspection-socket.ts'
import { FeedReader } from '../inspection/support/feed.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

/** Passes the feed on to Stately's inspector, as `f2f inspect --stately` does. */
async function bridge(messages: AsyncIterable<InspectionMessage>) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connected = once(server, 'connection')
  const receiver = createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` })
  const received: StatelyInspectionEvent[] = []
  receiver.subscribe((event) => {
    received.push(event)
  })
  const [socket] = (await connected) as [WebSocket]
  void (async () => {
    for await (const message of messages) socket.send(JSON.stringify(toStately(message)))
  })()
  const close = (): void => {
    socket.terminate()
    server.close()
  }
  return { received, close }
}

suite('the inspection of a real recording', (test) => {
  let daemon: TestDaemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon?.stop()
  })

  const command = (word: string, body: object = {}) =>
    daemon.api('POST', `/recordings/current/${word}`, body)
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  test('shows the programs that capture, and that they have ended', async () => {
    const { socket, messages, closed } = await openInspection(daemon, { token: daemon.token })
    await daemon.api('POST', '/recordings', { tags: { customer: 'C-1' } })
    const read = (): FeedReader => {
      const reader = new FeedReader()
      for (const message of messages) reader.push(message)
      return reader
    }
    const running = (reader: FeedReader) => reader.living.filter((id) => id.includes('/process:'))
    // An encoder and a source for each sound, and one program for the screen.
    await eventually('five programs', () => running(read()).length === 5)
    const late = await openInspection(daemon, { token: daemon.token })
    await eventually('a late reader knows them', () => {
      const ids = late.messages.map(({ sessionId }) => sessionId)
      return ids.filter((id) => id.includes('/process:')).length === 5
    })
    const reader = read()
    for (const id of running(reader)) {
      const { pid, program, segment, startedAt } = reader.context(id)
      assert.ok(isAlive(pid as number))
      assert.equal(program, 'ffmpeg')
      assert.equal(segment, 1)
      assert.ok(Math.abs(Date.parse(startedAt as string) - Date.now()) < 60_000)
      assert.match(reader.actors.get(id)?.parentId ?? '', /\/track:\w+\/capture$/)
    }
    await command('pause')
    await eventually('they have ended', () => running(read()).length === 0)
    assert.ok(!JSON.stringify(messages).includes('C-1'))
    await command('resume')
    await command('stop')
    socket.close()
    late.socket.close()
    await closed
  })

  test('shows the same states in Stately’s receiver as the replay does', async () => {
    const { body } = await daemon.api('POST', '/recordings', { tags: { customer: 'C-2' } })
    await command('pause', { media: ['mic'] })
    await command('resume', { media: ['screen'] })
    await command('resume')
    await command('stop')
    const id = body.id as string
    const client = createClient({ url: daemon.url, token: daemon.token })
    const inspection = client.inspect({
      recording: id,
      tags: true,
      WebSocket: WebSocket as unknown as FeedSocketConstructor,
    })
    const { received, close } = await bridge(inspection)
    let position: number | null = 0
    for (let steps = 0; position !== null; steps++) {
      const { body: state } = (await daemon.api(
        'GET',
        `/recordings/${id}/replay?position=${position}`,
      )) as { body: ReplayState }
      assert.equal(state.index, steps)
      const last = await eventually('the step is shown', () =>
        received.findLast((event) => {
          if (event.type === '@xstate.event' || event.sessionId !== `recording:${id}`) return false
          return (event.snapshot as { context: { index: number } }).context.index === steps
        }),
      )
      assert.ok(last)
      assertStates(received, id, state)
      position = state.nextPosition
      if (position !== null) inspection.send({ type: 'step', count: 1 })
    }
    assert.ok(!JSON.stringify(received).includes('C-2'))
    assert.ok(!received.some((event) => 'position' in event))
    inspection.close()
    close()
  })
})

/** The newest states of all machines are those of the replay. */
function assertStates(
  received: readonly StatelyInspectionEvent[],
  id: string,
  { machines: { control, session, tracks } }: ReplayState,
): void {
  const machines = { control, session, ...prefixed(tracks) }
  for (const [name, { value, context }] of Object.entries(machines)) {
    const newest = received.findLast(
      (event) => event.type !== '@xstate.event' && event.sessionId === `recording:${id}/${name}`,
    )
    assert.ok(newest !== undefined && newest.type !== '@xstate.event', name)
    const snapshot = newest.snapshot as { value: unknown; context: unknown }
    assert.equal(pathOf(snapshot.value), value, name)
    assert.deepEqual(snapshot.context ?? {}, context, name)
  }
}

function prefixed(tracks: ReplayState['machines']['tracks']) {
  return Object.fromEntries(MEDIA.map((medium) => [`track:${medium}`, tracks[medium]]))
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value
  const [[name, inner]] = Object.entries(value as object) as [[string, unknown]]
  return `${name}.${pathOf(inner)}`
}
