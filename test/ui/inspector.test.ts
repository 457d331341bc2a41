import assert from 'node:assert/strict'
import type { EventType, LogEvent } from '../../src/contract/events.ts'
import type { InspectionMessage } from '../../src/contract/inspection.ts'
import { Replay } from '../../src/replay/replay.ts'
import { FilteredEvents, NO_FILTER } from '../../src/ui/inspector/events/event-filter.ts'
import { LiveActors } from '../../src/ui/inspector/panels/actors.ts'
import { differencesOf } from '../../src/ui/inspector/panels/differences.ts'
import { refusalMarks } from '../../src/ui/inspector/stepper/step-marks.ts'
import { suite } from '../support/suite.ts'

const ID = 'r1'

function event(position: number, type: EventType, data: object, side = 'api'): LogEvent {
  return {
    ...{ position, type, data, recordingId: ID, version: position, commandId: null },
    at: new Date(Date.UTC(2026, 0, 2) + position * 1_000).toISOString(),
    by: { side, client: 'crm', user: 'anna' },
  } as LogEvent
}

const refused = (position: number, side?: string): LogEvent =>
  event(position, 'command.refused', { command: 'track.pause', code: 'INVALID_STATE' }, side)

const starting = event(1, 'recording.starting', {
  ...{ recordingType: 'audio', media: ['mic'], require: 'all', wrapUpSeconds: 0 },
  ...{ maxDurationSeconds: 60, endsBy: '2026-01-02T00:01:00.000Z' },
})

suite('events in the inspector', (test) => {
  const events = [
    starting,
    event(2, 'track.starting', { medium: 'mic', segment: 1, device: { id: 'm', label: 'Mic' } }),
    refused(3, 'ui'),
    event(4, 'recording.tagged', { tags: { note: 'Blue Car' } }),
    refused(5),
  ]

  const listed = (filter: Partial<typeof NO_FILTER>): number[] => {
    const filtered = new FilteredEvents({ ...NO_FILTER, ...filter })
    filtered.extend(events)
    return filtered.indexes
  }

  test('a filter lists the events that meet all of its conditions', () => {
    assert.deepEqual(listed({}), [1, 2, 3, 4, 5])
    assert.deepEqual(listed({ isRefusal: true }), [3, 5])
    assert.deepEqual(listed({ isRefusal: true, side: 'ui' }), [3])
    assert.deepEqual(listed({ medium: 'mic' }), [2])
    assert.deepEqual(listed({ type: 'recording.tagged' }), [4])
    assert.deepEqual(listed({ text: ' car BLUE' }), [4])
    assert.deepEqual(listed({ text: 'green car' }), [])
  })

  test('events that come later are listed, too, and each event has its row', () => {
    const filtered = new FilteredEvents({ ...NO_FILTER, isRefusal: true })
    filtered.extend(events.slice(0, 3))
    assert.deepEqual(filtered.indexes, [3])
    filtered.extend(events)
    assert.deepEqual(filtered.indexes, [3, 5])
    assert.deepEqual(
      [1, 3, 4, 5].map((index) => filtered.rowOf(index)),
      [-1, 0, 0, 1],
    )
  })

  test('the slider marks the refusals, and neighbours of a long recording as one', () => {
    assert.deepEqual(refusalMarks(events), [0.6, 1])
    const many = Array.from({ length: 100_000 }, (_, at) => refused(at + 1))
    assert.ok(refusalMarks(many).length <= 401)
  })
})

suite('two moments of a recording', (test) => {
  test('differ in states, contexts and tags, member by member', () => {
    const replay = new Replay(ID)
    replay.append([
      starting,
      event(2, 'recording.tagged', { tags: { topic: 'loan', amount: 1 } }),
      event(3, 'recording.started', {}),
      event(4, 'recording.tagged', { tags: { amount: 2 } }),
    ])
    const found = differencesOf(replay.stateAfter(2), replay.stateAfter(4))
    assert.deepEqual(
      found.filter(({ path }) => !path.startsWith('recording')),
      [
        { path: 'session.value', from: 'capturing.starting', to: 'capturing.active' },
        { path: 'tags.amount', from: 1, to: 2 },
      ],
    )
    assert.deepEqual(differencesOf(replay.stateAfter(3), replay.stateAfter(3)), [])
  })
})

suite('actors that are alive', (test) => {
  const about = (type: string, sessionId: string, more: object): InspectionMessage =>
    ({ type: `@xstate.${type}`, sessionId, ...more }) as InspectionMessage
  const alive = { status: 'active' }

  test('form a tree, change their states, and vanish when they end', () => {
    const actors = new LiveActors()
    const observe = (...messages: InspectionMessage[]) => {
      for (const message of messages) actors.observe(message)
    }
    observe(
      about('actor', 'recorder', { name: 'recorder', snapshot: alive }),
      about('actor', 'r/track', {
        ...{ name: 'track:mic', parentId: 'recorder' },
        snapshot: { ...alive, value: { outer: 'inner' } },
      }),
      about('actor', 'r/track/p', {
        ...{ name: 'ffmpeg', parentId: 'r/track' },
        snapshot: { ...alive, context: { pid: 12, segment: 1, secret: 'no' } },
      }),
    )
    const [root] = actors.roots()
    const [track] = root?.children ?? []
    assert.deepEqual(
      [root?.name, track?.name, track?.state],
      ['recorder', 'track:mic', 'outer.inner'],
    )
    assert.deepEqual(track?.children[0]?.facts, { pid: 12, segment: 1 })
    observe(
      about('snapshot', 'r/track', { snapshot: { ...alive, value: 'paused' } }),
      about('snapshot', 'r/track/p', { snapshot: { status: 'stopped' } }),
      about('event', 'r/track', { event: { type: 'x' } }),
      about('snapshot', 'unknown', { snapshot: alive }),
    )
    const [after] = actors.roots()[0]?.children ?? []
    assert.deepEqual([after?.state, after?.children], ['paused', []])
    assert.equal(actors.roots().length, 1)
  })
})
