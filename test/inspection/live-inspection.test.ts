import assert from 'node:assert/strict'
import { createActor, createMachine } from 'xstate'
import { MEDIA } from '../../src/contract/media.ts'
import { LiveInspection } from '../../src/inspection/live-inspection.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'
import { FeedReader } from './support/feed.ts'

suite('the live inspection', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  /** Waits until the reader has the newest event of the log. */
  const upToDate = (reader: FeedReader) =>
    eventually('the feed has the newest event', () =>
      reader.messages.some(({ position }) => position === bench.recorder.log.position),
    )

  test('shows a recording from its first moment to its last', async () => {
    const reader = new FeedReader()
    bench.recorder.inspect(reader.push)
    assert.deepEqual(reader.living, ['recorder'])
    const { id } = await bench.command('api', 'recording.start')
    await upToDate(reader)
    const recording = `recording:${id}`
    assert.deepEqual(
      [...reader.actors.values()].map(({ sessionId, parentId }) => [parentId, sessionId]),
      [
        [undefined, 'recorder'],
        ['recorder', recording],
        [recording, `${recording}/control`],
        [recording, `${recording}/session`],
        ...MEDIA.flatMap((medium) => [
          [recording, `${recording}/track:${medium}`],
          [`${recording}/track:${medium}`, `${recording}/track:${medium}/capture`],
        ]),
        [`${recording}/session`, `${recording}/session/durationClock`],
      ],
    )
    assert.deepEqual(reader.state('/control')?.value, { heldByApi: 'capturing' })
    assert.equal(reader.state('/track:mic')?.value, 'recording')
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    await eventually('all have ended', () => reader.living.length === 1)
    assert.deepEqual(reader.living, ['recorder'])
    assert.equal(reader.states.get(recording)?.status, 'done')
  })

  test('a fault of the feed keeps no fact from the machines', async () => {
    const faults: string[] = []
    const onFault = (what: string) => faults.push(what)
    const inspection = new LiveInspection({ version: '1', now: Date.now, onFault })
    await bench.command('api', 'recording.start')
    await bench.command('ui', 'track.pause').catch(() => {})
    const refused = (await bench.events()).find(({ type }) => type === 'command.refused')
    assert.ok(refused)
    let applied = 0
    // The event of a made-up log: it names no command, so that nothing can be said of it.
    const broken = { ...refused, by: null } as never
    inspection.subscribe(() => {
      throw new Error('The reader is broken, too.')
    })
    inspection.observe(broken, () => applied++)
    assert.equal(applied, 1)
    assert.deepEqual(faults, ['a reader of the inspection feed', 'the inspection feed'])
  })

  test('tells a late reader and a returning one the whole present state', async () => {
    const first = new FeedReader()
    const leave = bench.recorder.inspect(first.push)
    await bench.command('api', 'recording.start')
    await upToDate(first)
    leave()
    await bench.command('api', 'track.pause', { media: ['mic'], maxPauseSeconds: 60 })
    const seen = first.messages.length
    const late = new FeedReader()
    bench.recorder.inspect(late.push)
    // All of it at once, before anything else happens.
    assert.equal(late.living.length, late.messages.length)
    assert.equal(late.state('/track:mic')?.value, 'paused')
    assert.equal(late.state('/track:screen')?.value, 'recording')
    const { firesAt } = late.context('/pauseClock')
    assert.ok(firesAt)
    assert.equal(firesAt, late.context('/track:mic').overdueAt)
    const back = new FeedReader()
    bench.recorder.inspect(back.push)
    assert.deepEqual([...back.states], [...late.states])
    await bench.command('api', 'track.resume')
    await upToDate(back)
    assert.equal(back.state('/track:mic')?.value, 'recording')
    assert.equal(late.state('/track:mic')?.value, 'recording')
    assert.equal(back.state('/pauseClock')?.status, 'stopped')
    assert.equal(first.messages.length, seen)
  })

  test('has definitions that make machines, whose snapshots these are', async () => {
    const { id } = await bench.command('ui', 'recording.start')
    const reader = new FeedReader()
    bench.recorder.inspect(reader.push)
    for (const machine of ['control', 'session', ...MEDIA.map((medium) => `track:${medium}`)]) {
      const actor = reader.actors.get(`recording:${id}/${machine}`)
      const { definition, snapshot } = JSON.parse(JSON.stringify(actor))
      const made = createMachine(JSON.parse(definition))
      const resumed = createActor(made, { snapshot }).getSnapshot()
      assert.deepEqual(resumed.value, snapshot.value, machine)
    }
  })

  test('shows accepted and refused commands, and the position of each event', async () => {
    const { id } = await bench.command('api', 'recording.start')
    const reader = new FeedReader()
    bench.recorder.inspect(reader.push)
    await bench.command('api', 'recording.tag', { tags: { customer: 'C-1' } })
    await bench.command('ui', 'track.pause').catch(() => {})
    await bench.command('api', 'track.resume').catch(() => {})
    await upToDate(reader)
    const commands = reader.eventsOf('/control').map(({ event }) => event)
    assert.deepEqual(
      commands.map(({ type, side, client, outcome, code }) => [type, side, client, outcome, code]),
      [
        ['recording.tag', 'api', 'crm', 'accepted', undefined],
        ['track.pause', 'ui', 'ui', 'refused', 'CONTROL_HELD_BY_API'],
        ['track.resume', 'api', 'crm', 'refused', 'INVALID_STATE'],
      ],
    )
    const [, held, invalid] = commands.map(({ refusal }) => refusal as Record<string, unknown>)
    assert.equal(held?.machine, 'control')
    assert.equal(held?.guard, 'fromApi')
    assert.equal(invalid?.machine, 'track')
    const logged = reader.eventsOf(`recording:${id}`)
    const events = (await bench.events()).slice(-logged.length)
    assert.deepEqual(
      logged.map(({ position, event }) => [position, event.type]),
      events.map(({ position, type }) => [position, type]),
    )
    assert.ok(logged.length >= 4)
  })

  test('goes on when the log has failed and was opened again', async () => {
    const reader = new FeedReader()
    bench.recorder.inspect(reader.push)
    const { id } = await bench.command('api', 'recording.start')
    bench.gate = () => Promise.reject(new Error('the disk is gone'))
    await bench.command('api', 'track.pause').catch(() => {})
    bench.gate = undefined
    await eventually('the log is open again', async () => {
      const { state } = await bench.recorder.recording(id, 'api')
      return state === 'WrapUp' && bench.recorder.isRunning && reader.state('/wrapUpClock')
    })
    const fresh = new FeedReader()
    bench.recorder.inspect(fresh.push)
    // Whoever stayed knows the same living actors as whoever comes now, in the same states.
    for (const session of fresh.living.filter((one) => one.split('/').length > 1))
      assert.deepEqual(reader.states.get(session), fresh.states.get(session), session)
    assert.deepEqual(reader.living.sort(), fresh.living.sort())
  })

  test('costs nothing without a reader, and a failing reader harms nobody', async () => {
    await bench.command('api', 'recording.start')
    const reader = new FeedReader()
    const leaveBad = bench.recorder.inspect(() => {
      throw new Error('a reader that fails')
    })
    const leave = bench.recorder.inspect(reader.push)
    await bench.command('api', 'track.pause')
    await upToDate(reader)
    leave()
    leaveBad()
    reader.clear()
    const answer = await bench.command('api', 'track.resume')
    assert.equal(answer.state, 'Active')
    assert.deepEqual(reader.messages, [])
  })
})
