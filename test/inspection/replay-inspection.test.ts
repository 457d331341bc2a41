import assert from 'node:assert/strict'
import { createMachine } from 'xstate'
import type { InspectionMessage } from '../../src/contract/inspection.ts'
import { MEDIA } from '../../src/contract/media.ts'
import { PastPlayer } from '../../src/inspection/past-player.ts'
import type { PastInspection } from '../../src/recorder/port.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'
import { FeedReader } from './support/feed.ts'

/** The messages about machines. Both feeds have them, except for XState's own events. */
function ofMachines(messages: readonly InspectionMessage[]): unknown[] {
  return messages.flatMap((message) => {
    const { type, sessionId, position } = message
    if (position === undefined || !/\/(?:control|session|track:\w+)$/.test(sessionId)) return []
    if (type === '@xstate.event') return [[position, sessionId, message.event.type]]
    if (message.snapshot.status !== 'active') return []
    return [[position, sessionId, JSON.parse(JSON.stringify(message.snapshot))]]
  })
}

suite('the inspection of the past', (test) => {
  let bench: RecorderBench
  const players: PastInspection[] = []
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(async () => {
    for (const player of players.splice(0)) player.end()
    await bench.dispose()
  })

  const open = async (id: string, start = { position: 0, speed: 0 }) => {
    const player = await bench.recorder.inspectPast(id, start)
    players.push(player)
    const reader = new FeedReader()
    player.begin({ send: reader.push, isBehind: false })
    return { player, reader }
  }
  const shown = (reader: FeedReader, position: number | null) =>
    eventually(`position ${position} is shown`, () => {
      const context = [...reader.states].find(([id]) => /^recording:[^/]+$/.test(id))?.[1].context
      return (context as { position?: number | null })?.position === position
    })

  /** A recording with pauses, a lost device, and refusals of both sides. */
  async function record(): Promise<string> {
    const { id } = await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    await bench.command('api', 'track.pause', { media: ['mic'], maxPauseSeconds: 60 })
    await bench.command('ui', 'track.stop').catch(() => {})
    await bench.command('api', 'track.resume')
    bench.platform.kill('screen')
    await eventually('the screen is back', async () =>
      (await bench.events()).some(({ type }) => type === 'track.recovered'),
    )
    await bench.command('api', 'track.resume').catch(() => {})
    await bench.command('api', 'track.stop')
    return id
  }

  test('says, step by step, what the live feed has said', async () => {
    const live = new FeedReader()
    bench.recorder.inspect(live.push)
    const id = await record()
    await eventually('the live feed is complete', () =>
      live.messages.some(({ position }) => position === bench.recorder.log.position),
    )
    const { player, reader } = await open(id)
    const count = reader.context(`recording:${id}`).count as number
    player.control({ type: 'step', count })
    await shown(reader, bench.recorder.log.position)
    assert.ok(ofMachines(reader.messages).length > 30)
    assert.deepEqual(ofMachines(reader.messages), ofMachines(live.messages))
    assert.deepEqual(reader.living.sort(), live.living.sort())
  })

  test('shows the states that the replay has, at every position', async () => {
    const id = await record()
    const replay = await bench.recorder.replay(id)
    const { player, reader } = await open(id)
    assert.equal(reader.state('/session')?.value, 'absent')
    const order = replay.events.map((_, index) => (index * 7) % replay.events.length)
    for (const index of order) {
      const { position } = replay.events[index] as { position: number }
      player.control({ type: 'seek', position })
      await shown(reader, position)
      const { control, session, tracks } = replay.snapshotsAfter(index + 1)
      assert.deepEqual(reader.state('/control'), control)
      assert.deepEqual(reader.state('/session'), session)
      for (const medium of MEDIA) assert.deepEqual(reader.state(`/track:${medium}`), tracks[medium])
    }
  })

  test('ends all actors with the recording, as the live feed does', async () => {
    const live = new FeedReader()
    bench.recorder.inspect(live.push)
    const id = await record()
    await bench.command('api', 'recording.close')
    await eventually('the live actors end', () => live.living.length === 1)
    const { position } = bench.recorder.log
    const [stepped, sought] = [await open(id), await open(id)]
    stepped.player.control({ type: 'step', count: 1_000 })
    sought.player.control({ type: 'seek', position })
    for (const { reader } of [stepped, sought]) {
      await shown(reader, position)
      assert.deepEqual(reader.living, ['recorder'])
    }
    const isOfLog = (sessionId: string): boolean => !sessionId.includes('/process:')
    const ofLog = (reader: FeedReader) => [...reader.states.keys()].filter(isOfLog).sort()
    assert.deepEqual(ofLog(stepped.reader), ofLog(live))
    // And they are alive again before it.
    sought.player.control({ type: 'seek', position: 0 })
    await shown(sought.reader, null)
    assert.ok(sought.reader.living.length > 1)
  })

  test('begins where it is asked to, and stands still until it is asked to go on', async () => {
    const id = await record()
    const { events } = await bench.recorder.replay(id)
    const { position } = events[8] as { position: number }
    const { player, reader } = await open(id, { position, speed: 0 })
    assert.equal(reader.context(`recording:${id}`).position, position)
    assert.equal(reader.messages.length, reader.living.length)
    player.control({ type: 'step', count: 1 })
    await shown(reader, events[9]?.position as number)
    player.control({ type: 'seek', position: events[2]?.position as number })
    await shown(reader, events[2]?.position as number)
    assert.equal(reader.context(`recording:${id}`).index, 3)
  })

  test('plays as fast as it happened, times the speed, and can be paused', async () => {
    const id = await record()
    const { events } = await bench.recorder.replay(id)
    const last = events.at(-1)?.position as number
    const { player, reader } = await open(id, { position: 0, speed: 1000 })
    await shown(reader, last)
    const lasted = (Date.parse(events.at(-1)?.at ?? '') - Date.parse(events[0]?.at ?? '')) / 0.5
    player.control({ type: 'seek', position: 0 })
    await shown(reader, null)
    const begun = performance.now()
    player.control({ type: 'play', speed: 0.5 })
    await shown(reader, last)
    assert.ok(performance.now() - begun > 0.9 * lasted)
    player.control({ type: 'seek', position: 0 })
    await shown(reader, null)
    player.control({ type: 'play', speed: 0.001 })
    player.control({ type: 'pause' })
    player.control({ type: 'step', count: 2 })
    await shown(reader, events[1]?.position as number)
  })

  test('goes on with what an open recording gets', async () => {
    const id = await record()
    const { player, reader } = await open(id, { position: 1_000_000, speed: 0 })
    await bench.command('api', 'recording.close')
    player.control({ type: 'step', count: 100 })
    await shown(reader, bench.recorder.log.position)
    assert.equal(reader.state(`recording:${id}`)?.status, 'done')
  })

  test('shows the last of many moments that are sought at once', async () => {
    const id = await record()
    const { events } = await bench.recorder.replay(id)
    const { player, reader } = await open(id)
    reader.clear()
    for (let i = 0; i < 1_000; i++)
      player.control({ type: 'seek', position: events[i % 7]?.position as number })
    const last = events[9]?.position as number
    player.control({ type: 'seek', position: last })
    await shown(reader, last)
    const roots = reader.messages.filter(({ sessionId }) => sessionId === 'recorder')
    assert.equal(roots.length, 1)
  })

  test('is sought in an open recording where it has come to by now', async () => {
    const id = await record()
    const { player, reader } = await open(id)
    await bench.command('api', 'recording.close')
    const { position } = bench.recorder.log
    player.control({ type: 'seek', position })
    await shown(reader, position)
    assert.equal(reader.state(`recording:${id}`)?.status, 'done')
  })

  test('looks for further events again when it is asked to while it looks', async () => {
    const replay = await bench.recorder.replay(await record())
    let readings = 0
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const player = await PastPlayer.open({
      version: '1.0.0',
      start: { position: bench.recorder.log.position, speed: 0 },
      async replay() {
        if (++readings === 2) await held
        return replay
      },
      onFault: (_, error) => assert.fail(String(error)),
    })
    players.push(player)
    player.begin({ send() {}, isBehind: false })
    player.control({ type: 'step', count: 1 })
    await eventually('it looks', () => readings === 2)
    player.control({ type: 'step', count: 1 })
    goOn()
    await eventually('it looks again', () => readings === 3)
  })

  test('survives a fault of its own, and reports it', async () => {
    const id = await record()
    const replay = await bench.recorder.replay(id)
    const faults: unknown[] = []
    const player = await PastPlayer.open({
      ...{ version: '1.0.0', start: { position: 0, speed: 0 }, replay: async () => replay },
      onFault: (_, error) => faults.push(error),
    })
    players.push(player)
    let breaks = false
    const send = () => {
      if (breaks) throw new Error('broken')
    }
    player.begin({ send, isBehind: false })
    breaks = true
    player.control({ type: 'step', count: 1 })
    await eventually('it is reported', () => faults.length === 1)
    player.control({ type: 'seek', position: 0 })
    await eventually('it is reported', () => faults.length === 2)
  })

  test('waits for a reader that is behind', async () => {
    const id = await record()
    const reader = { isBehind: false, seen: 0, send: () => reader.seen++ }
    const player = await bench.recorder.inspectPast(id, { position: 0, speed: 0 })
    players.push(player)
    player.begin(reader)
    const before = reader.seen
    reader.isBehind = true
    player.control({ type: 'step', count: 100 })
    // Another player that goes to the end meanwhile shows that time has passed.
    const { events } = await bench.recorder.replay(id)
    const other = await open(id)
    other.player.control({ type: 'step', count: 100 })
    await shown(other.reader, events.at(-1)?.position as number)
    assert.equal(reader.seen, before)
    reader.isBehind = false
    await eventually('it goes on', () => reader.seen > before)
  })

  test('has definitions that make machines, and clocks with their times', async () => {
    const id = await record()
    const { player, reader } = await open(id)
    const paused = (await bench.events()).find(({ type }) => type === 'track.paused')
    player.control({ type: 'seek', position: paused?.position as number })
    await shown(reader, paused?.position as number)
    for (const { definition } of reader.actors.values()) createMachine(JSON.parse(definition))
    assert.equal(reader.context('/pauseClock').firesAt, reader.context('/track:mic').overdueAt)
    player.control({ type: 'seek', position: 0 })
    await eventually('no clock runs', () => reader.state('/pauseClock')?.status === 'stopped')
    assert.equal(reader.state('/durationClock')?.status, 'stopped')
  })
})
