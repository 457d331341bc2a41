import assert from 'node:assert/strict'
import type { NewEvent } from '../../../src/contract/events.ts'
import { suite } from '../../support/suite.ts'
import { folded, micOf, viewOf } from '../support/folded.ts'
import { at, CRM, device, History } from '../support/history.ts'

function life(): { history: History; events: NewEvent[] } {
  const history = new History('recording-1')
  const events = [
    history.event(0, 'command.accepted', { command: 'recording.start', media: ['mic', 'screen'] }),
    history.starting(0, ['mic', 'screen']),
  ]
  return { history, events }
}

const off = {
  state: 'off',
  device: null,
  startedAt: null,
  stoppedAt: null,
  recordedMs: 0,
  bytes: 0,
  segments: 0,
  spans: [],
  gaps: [],
  error: null,
  warnings: [],
}

suite('a recording folded from its events', (test) => {
  test('begins active, with every medium; those not requested are off', () => {
    const { events } = life()
    const starting = {
      ...off,
      state: 'starting',
      gaps: [{ from: at(0), to: null, reason: 'notStarted' }],
    }
    assert.deepEqual(viewOf(events), {
      id: 'recording-1',
      state: 'Active',
      controller: 'api',
      recordingType: 'both',
      startedBy: CRM,
      startedAt: at(0),
      endedAt: null,
      closedAt: null,
      version: 2,
      tracks: { mic: starting, speaker: off, screen: starting },
      tags: [],
      wrapUp: null,
      consent: null,
      holds: [],
      erased: null,
    })
  })

  test('goes through its states to the end', () => {
    const { history, events } = life()
    const states: string[] = []
    for (const event of [
      history.started(50),
      history.event(1000, 'recording.paused', {}),
      history.event(2000, 'recording.resumed', {}),
      history.wrapUp(3000),
      history.closed(4000),
    ]) {
      events.push(event)
      states.push(viewOf(events).state)
    }
    assert.deepEqual(states, ['Active', 'Paused', 'Active', 'WrapUp', 'Closed'])
    const { endedAt, closedAt, wrapUp, version } = viewOf(events)
    assert.deepEqual(
      { endedAt, closedAt, wrapUp, version },
      { endedAt: at(3000), closedAt: at(4000), wrapUp: null, version: 7 },
    )
    assert.deepEqual(viewOf(events.slice(0, -1)).wrapUp, { endsAt: at(33_000) })
  })

  test('is not listed before its start is confirmed', () => {
    const { history, events } = life()
    assert.equal(folded(events)?.confirmed, false)
    assert.equal(folded([...events, history.started(50)])?.confirmed, true)
  })

  test('a refusal changes nothing that clients see', () => {
    const { history, events } = life()
    const before = viewOf(events)
    events.push(
      history.event(10, 'command.refused', {
        command: 'recording.close',
        code: 'INVALID_STATE',
        detail: '',
      }),
    )
    assert.deepEqual(viewOf(events), before)
  })

  test('a start that was rolled back leaves no recording, whatever follows', () => {
    const { history, events } = life()
    events.push(history.tagged(1, { customer: 7 }))
    events.push(
      history.event(10, 'recording.startFailed', {
        code: 'CAPTURE_FAILED',
        detail: 'no data',
        medium: 'mic',
      }),
    )
    assert.equal(folded(events), undefined)
    events.push(history.event(11, 'segment.discarded', { medium: 'mic', number: 1 }))
    const failed = {
      command: 'recording.start',
      code: 'CAPTURE_FAILED',
      detail: 'no data',
    } as const
    events.push(history.event(12, 'command.failed', failed))
    assert.equal(folded(events), undefined)
  })

  test('a tag has its latest value and the place at which it was first set', () => {
    const { history, events } = life()
    events.push(
      history.tagged(1, { customer: 7, account: 'A' }),
      history.tagged(2, { branch: true, customer: '7' }),
    )
    assert.deepEqual(viewOf(events).tags, [
      { key: 'customer', value: '7', at: at(2), by: CRM },
      { key: 'account', value: 'A', at: at(1), by: CRM },
      { key: 'branch', value: true, at: at(2), by: CRM },
    ])
  })

  test('a track follows its events', () => {
    const { history, events } = life()
    const states: string[] = []
    const entry = (...more: NewEvent[]) => {
      events.push(...more)
      states.push(micOf(events).state)
    }
    const lost = {
      medium: 'mic',
      segment: 2,
      code: 'DEVICE_UNAVAILABLE',
      detail: 'gone',
      reason: 'deviceLost',
    } as const
    entry(history.trackStarting(0, 1))
    entry(history.opened(40, 1), history.track(50, 'track.started', 1))
    entry(history.event(100, 'track.recovering', { ...lost, giveUpAt: at(900) }))
    assert.deepEqual(micOf(events).error, {
      code: 'DEVICE_UNAVAILABLE',
      message: 'gone',
      since: at(100),
    })
    entry(history.track(200, 'track.recovered', 2))
    assert.equal(micOf(events).error, null)
    entry(history.pausing(300, 2))
    entry(history.paused(310))
    entry(history.resuming(400, 3))
    entry(history.track(450, 'track.resumed', 3))
    entry(history.stopping(500, 3))
    entry(history.stopped(510))
    assert.deepEqual(states, [
      'starting',
      'recording',
      'recovering',
      'recording',
      'paused',
      'paused',
      'starting',
      'recording',
      'stopped',
      'stopped',
    ])
    assert.equal(micOf(events).stoppedAt, at(500), 'nothing later was captured')
    entry(history.trackStarting(600, 4))
    assert.equal(micOf(events).stoppedAt, null)
  })

  test('a failed track has its error', () => {
    const { history, events } = life()
    const why = { code: 'CAPTURE_FAILED', detail: 'no data', reason: 'captureFailed' } as const
    events.push(
      history.trackStarting(0, 1),
      history.event(5000, 'track.failed', { medium: 'mic', ...why }),
    )
    const { state, stoppedAt, error } = micOf(events)
    assert.deepEqual(
      { state, stoppedAt, error },
      {
        state: 'failed',
        stoppedAt: at(5000),
        error: { code: 'CAPTURE_FAILED', message: 'no data', since: at(5000) },
      },
    )
  })

  test('a track has the sums of its closed segments', () => {
    const { history, events } = life()
    events.push(
      history.trackStarting(0, 1),
      history.opened(50, 1, 40),
      history.track(50, 'track.started', 1),
    )
    events.push(
      history.segmentClosed(1000, 1, 40, 1000),
      history.opened(1100, 2),
      history.segmentClosed(3000, 2, 1100, 3000),
    )
    const { device: from, startedAt, recordedMs, bytes, segments } = micOf(events)
    assert.deepEqual(
      { from, startedAt, recordedMs, bytes, segments },
      { from: device('mic'), startedAt: at(40), recordedMs: 2860, bytes: 11_440, segments: 2 },
    )
  })

  test('a medium started later appears with its start, and is off again when that is rolled back', () => {
    const { history, events } = life()
    const speaker = () => viewOf(events).tracks.speaker
    events.push(history.started(50), history.trackStarting(1000, 1, 'speaker'))
    assert.equal(speaker()?.state, 'starting')
    events.push(
      history.opened(1050, 1, 1040, 'speaker'),
      history.stopping(1100, 1, 'reverted', 'speaker'),
    )
    events.push(history.stopped(1110, 'reverted', 'speaker'))
    assert.deepEqual(speaker(), off)
    events.push(history.event(1120, 'segment.discarded', { medium: 'speaker', number: 1 }))
    assert.deepEqual(speaker(), off)
  })

  test('a rolled-back start leaves a track with earlier media stopped', () => {
    const { history, events } = life()
    events.push(
      history.trackStarting(0, 1),
      history.opened(50, 1),
      history.stopping(1000, 1),
      history.stopped(1010),
    )
    events.push(history.segmentClosed(1010, 1, 50, 1000), history.trackStarting(2000, 2))
    events.push(history.stopping(2100, 2, 'reverted'), history.stopped(2110, 'reverted'))
    const { state, segments, stoppedAt } = micOf(events)
    assert.deepEqual(
      { state, segments, stoppedAt },
      { state: 'stopped', segments: 1, stoppedAt: at(1000) },
    )
  })

  for (const backMs of [86_400_000, 600_000, 3_000]) {
    test(`one that an earlier version recovered ${backMs} ms too early ends when its media did`, () => {
      const { history, events } = life()
      events.push(history.started(50), history.trackStarting(0, 1), history.opened(50, 1, 40))
      events.push(history.track(50, 'track.started', 1))
      const lastSeenAt = at(60_000)
      const back = 60_500 - backMs
      events.push(
        history.segmentClosed(back, 1, 40, 60_000),
        history.event(back, 'recording.interrupted', { reason: 'interrupted', lastSeenAt }),
        history.stopped(back, 'interrupted'),
        history.wrapUp(back),
      )
      const { endedAt, tracks } = viewOf(events)
      assert.equal(endedAt, at(60_000))
      assert.deepEqual(tracks.mic?.spans, [{ from: at(40), to: at(60_000) }])
      assert.equal(tracks.mic?.stoppedAt, at(60_000))
      events.push(history.closed(back + 30_000))
      const closedAt = at(Math.max(60_000, back + 30_000))
      assert.deepEqual([viewOf(events).endedAt, viewOf(events).closedAt], [at(60_000), closedAt])
    })
  }

  test('one that an earlier version recovered too early in a pause ends with the pause', () => {
    const { history, events } = life()
    events.push(history.started(50), history.trackStarting(0, 1), history.opened(50, 1, 40))
    events.push(history.track(50, 'track.started', 1), history.pausing(5_000, 1))
    events.push(history.segmentClosed(5_010, 1, 40, 5_000), history.paused(5_010))
    const lastSeenAt = at(5_010)
    events.push(
      history.event(-1_000, 'recording.interrupted', { reason: 'interrupted', lastSeenAt }),
      history.stopped(-1_000, 'interrupted'),
      history.wrapUp(-1_000),
    )
    assert.equal(viewOf(events).endedAt, at(5_010))
  })
})
