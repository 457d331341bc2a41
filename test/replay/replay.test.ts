import assert from 'node:assert/strict'
import { Actor, createActor } from 'xstate'
import type { LogEvent } from '../../src/contract/events.ts'
import { controlMachine } from '../../src/machines/control-machine.ts'
import { sessionMachine } from '../../src/machines/session-machine.ts'
import { trackMachine } from '../../src/machines/track-machine.ts'
import { disagreements } from '../../src/replay/disagreements.ts'
import { Replay } from '../../src/replay/replay.ts'
import { Story } from '../support/fixtures.ts'
import { suite } from '../support/suite.ts'

const START = Date.parse('2026-01-05T09:00:00.000Z')

/** The events of a story as the log has them: a position each, and a second between them. */
function logged(story: Story): LogEvent[] {
  return story.events.map((event, index) => ({
    ...event,
    position: 10 + 2 * index,
    at: new Date(START + index * 1_000).toISOString(),
  })) as LogEvent[]
}

function replayOf(story: Story): Replay {
  const replay = new Replay('recording-1')
  replay.append(logged(story))
  return replay
}

const whole = () =>
  new Story('api')
    .started()
    .paused()
    .tell('recording.wrapUpStarted', { endsAt: '2026-01-05T09:01:00.000Z', reason: 'stopped' })
    .tell('track.stopped', { medium: 'mic', reason: 'command' })

suite('replay', (test) => {
  test('shows the state after each event, and what the event changed', () => {
    const replay = replayOf(whole())
    const before = replay.stateAfter(0)
    assert.equal(before.event, null)
    assert.equal(before.recording, null)
    assert.equal(before.machines.session.value, 'absent')
    assert.equal(before.nextPosition, 10)

    const starting = replay.stateAfter(2)
    assert.equal(starting.event?.type, 'recording.starting')
    assert.deepEqual(
      starting.changes.map(({ machine, from, to }) => [machine, from, to]),
      [
        ['control', 'unclaimed', 'heldByApi.capturing'],
        ['session', 'absent', 'capturing.starting'],
      ],
    )
    assert.equal(starting.recording?.state, 'Active')
    assert.deepEqual(starting.allowedCommands.ui, [])

    const pausing = replay.stateAfter(6)
    assert.deepEqual(pausing.changes, [
      { machine: 'track', medium: 'mic', from: 'recording', to: 'pausing', fact: 'track.pausing' },
    ])
    assert.equal(pausing.recording?.tracks.mic?.state, 'paused')

    const last = replay.stateAfter(replay.events.length)
    assert.equal(last.recording?.state, 'WrapUp')
    assert.equal(last.nextPosition, null)
    assert.equal(last.previousPosition, 10 + 2 * (replay.events.length - 2))
    assert.deepEqual(last.allowedCommands, { api: ['start', 'tag', 'close'], ui: ['start'] })
  })

  test('a moment is found by position and by time', () => {
    const replay = replayOf(whole())
    assert.equal(replay.indexAtPosition(9), 0)
    assert.equal(replay.indexAtPosition(10), 1)
    assert.equal(replay.indexAtPosition(11), 1)
    assert.equal(replay.indexAtPosition(1_000), replay.events.length)
    assert.equal(replay.indexAtTime('2026-01-05T08:59:59.999Z'), 0)
    assert.equal(replay.indexAtTime('2026-01-05T10:00:02.500+01:00'), 3)
  })

  test('going back and forth gives the states that going forth gave', () => {
    const story = new Story('ui').started()
    for (let round = 0; round < 60; round++)
      story
        .paused()
        .tell('track.resuming', {
          ...{ medium: 'mic', segment: round + 2, device: { id: 'm', label: 'M' } },
        })
        .tell('recording.resumed', {})
        .tell('track.resumed', { medium: 'mic', segment: round + 2 })
    const replay = replayOf(story)
    const count = replay.events.length
    const forth = Array.from({ length: count + 1 }, (_, index) => replay.stateAfter(index))
    for (let index = count; index >= 0; index--)
      assert.deepEqual(replay.stateAfter(index), forth[index], `event ${index}`)
    for (const index of [300, 3, 299, 256, 255, 257, 64, 0, count])
      assert.deepEqual(replay.stateAfter(index), forth[index], `event ${index}`)
  })

  test('events that come twice, and those of other recordings, change nothing', () => {
    const replay = replayOf(whole())
    const before = replay.stateAfter(replay.events.length)
    replay.append(logged(whole()))
    replay.append(logged(new Story('ui', 'recording-2').started()))
    assert.deepEqual(replay.stateAfter(replay.events.length), before)
  })

  test('a moment beyond the events is an error', () => {
    const replay = replayOf(whole())
    for (const index of [-1, 0.5, replay.events.length + 1])
      assert.throws(() => replay.stateAfter(index), { name: 'RangeError' })
  })

  test('machines and view agree after every event, and a difference is found', () => {
    const replay = replayOf(whole())
    for (let index = 0; index <= replay.events.length; index++)
      assert.deepEqual(disagreements(replay.stateAfter(index)), [])
    const state = replay.stateAfter(5)
    const wrong = { ...state, recording: { ...state.recording!, state: 'Paused' as const } }
    assert.deepEqual(disagreements(wrong), [
      'The state of the recording: the machine says Active, the view Paused.',
    ])
  })

  test('starts no actor: no capture opens, and no clock is set', () => {
    const { start } = Actor.prototype
    let starts = 0
    Actor.prototype.start = function (this: Actor<never>) {
      starts++
      return start.call(this)
    }
    try {
      const replay = replayOf(whole())
      for (let index = 0; index <= replay.events.length; index++) replay.stateAfter(index)
      replay.snapshotsAfter(3)
      assert.equal(starts, 0)
    } finally {
      Actor.prototype.start = start
    }
  })

  test('XState starts a moment again from its snapshot', () => {
    const replay = replayOf(new Story('api').started().paused())
    const { control, session, tracks } = replay.snapshotsAfter(6) as never as Record<
      string,
      never
    > & { tracks: Record<'mic', never> }
    for (const [machine, snapshot, value] of [
      [controlMachine, control, { heldByApi: 'capturing' }],
      [sessionMachine, session, { capturing: 'active' }],
      [trackMachine, tracks.mic, 'pausing'],
    ] as const) {
      const json = JSON.parse(JSON.stringify(snapshot))
      const actor = createActor(machine as typeof controlMachine, { snapshot: json })
      assert.deepEqual(actor.getSnapshot().value, value)
      actor.start()
      assert.deepEqual(actor.getSnapshot().value, value)
      actor.stop()
    }
  })
})
