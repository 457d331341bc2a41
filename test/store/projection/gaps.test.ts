import assert from 'node:assert/strict'
import type { NewEvent } from '../../../src/contract/events.ts'
import type { GapReason } from '../../../src/contract/gap-reason.ts'
import { suite } from '../../support/suite.ts'
import { micOf } from '../support/folded.ts'
import { at, History } from '../support/history.ts'

const gap = (fromMs: number, toMs: number | null, reason: GapReason) => ({
  from: at(fromMs),
  to: toMs === null ? null : at(toMs),
  reason,
})

/** A recording whose microphone has delivered since 40 ms. */
function recordingSince40(): { history: History; events: NewEvent[] } {
  const history = new History('recording-1')
  const events = [
    history.starting(),
    history.trackStarting(0, 1),
    history.opened(50, 1, 40),
    history.track(50, 'track.started', 1),
    history.started(50),
  ]
  return { history, events }
}

suite('gaps of a track', (test) => {
  test('a track without media has a gap since the start', () => {
    const history = new History('recording-1')
    assert.deepEqual(micOf([history.starting(), history.trackStarting(0, 1)]).gaps, [
      gap(0, null, 'notStarted'),
    ])
  })

  test('the first sample ends the first gap', () => {
    assert.deepEqual(micOf(recordingSince40().events).gaps, [gap(0, 40, 'notStarted')])
  })

  test('a first sample at the very start leaves no gap', () => {
    const history = new History('recording-1')
    assert.deepEqual(
      micOf([history.starting(), history.trackStarting(0, 1), history.opened(50, 1, 0)]).gaps,
      [],
    )
  })

  test('a pause is a gap from the end of the media to the next first sample', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.segmentClosed(1010, 1, 40, 1000),
      history.paused(1010),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(1000, null, 'paused')])
    events.push(
      history.resuming(2000, 2),
      history.opened(2060, 2, 2050),
      history.track(2060, 'track.resumed', 2),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(1000, 2050, 'paused')])
  })

  test('a pause is the same gap when its segment is closed after the pause has settled', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.paused(1005),
      history.segmentClosed(1500, 1, 40, 1000),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(1000, null, 'paused')])
  })

  test('a pause is the same gap when the disk is so slow that the next segment has begun', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.paused(1005),
      history.resuming(1100, 2),
      history.opened(1150, 2, 1140),
    )
    assert.deepEqual(
      micOf(events).gaps,
      [gap(0, 40, 'notStarted')],
      'nobody knows yet where the first segment ends',
    )
    events.push(history.track(1150, 'track.resumed', 2), history.segmentClosed(1600, 1, 40, 1000))
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(1000, 1140, 'paused')])
  })

  test('a pause is the same gap when only the settled pause is in the log', () => {
    const { history, events } = recordingSince40()
    events.push(history.paused(1005), history.segmentClosed(1010, 1, 40, 1000))
    assert.deepEqual(micOf(events).gaps[1], gap(1000, null, 'paused'))
  })

  test('a pause is the same gap when its segment is closed first', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.segmentClosed(1010, 1, 40, 1000),
      history.pausing(1011, 1),
      history.paused(1012),
    )
    assert.deepEqual(micOf(events).gaps[1], gap(1000, null, 'paused'))
  })

  test('a stopped track that is started again has a gap of that reason', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.stopping(1000, 1),
      history.stopped(1005),
      history.segmentClosed(1010, 1, 40, 1000),
    )
    events.push(
      history.trackStarting(3000, 2),
      history.opened(3050, 2, 3040),
      history.track(3050, 'track.started', 2),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(1000, 3040, 'stopped')])
  })

  test('a lost device is a gap until the track has recovered, also when it was paused meanwhile', () => {
    const { history, events } = recordingSince40()
    const lost = { code: 'DEVICE_UNAVAILABLE', detail: 'gone', reason: 'deviceLost' } as const
    events.push(
      history.event(1000, 'track.recovering', {
        medium: 'mic',
        segment: 2,
        ...lost,
        giveUpAt: at(9000),
      }),
      history.segmentClosed(1010, 1, 40, 990),
    )
    assert.deepEqual(micOf(events).gaps[1], gap(990, null, 'deviceLost'))
    events.push(history.pausing(1500, 2), history.paused(1500))
    assert.deepEqual(
      micOf(events).gaps[1],
      gap(990, null, 'deviceLost'),
      'what ended the media is the reason',
    )
    events.push(
      history.resuming(2000, 3),
      history.opened(2060, 3, 2050),
      history.track(2060, 'track.resumed', 3),
    )
    assert.deepEqual(micOf(events).gaps[1], gap(990, 2050, 'deviceLost'))
  })

  test('a fault that a pause has overtaken is the reason until the pause, and the pause from then on', () => {
    const fault = { code: 'CAPTURE_FAILED', reason: 'captureFailed' } as const
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1500, 1),
      history.faultySegmentClosed(1600, 1, 40, 1000, fault),
      history.paused(1600),
    )
    const failed = gap(1000, 1500, 'captureFailed')
    assert.deepEqual(micOf(events).gaps.slice(1), [failed, gap(1500, null, 'paused')])
    events.push(history.resuming(2000, 2), history.opened(2060, 2, 2050))
    assert.deepEqual(micOf(events).gaps.slice(1), [failed, gap(1500, 2050, 'paused')])
  })

  test('so is a fault that is told only after the resume, because the disk was slow', () => {
    const fault = { code: 'DEVICE_UNAVAILABLE', reason: 'deviceLost' } as const
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1500, 1),
      history.paused(1500),
      history.resuming(2000, 2),
      history.opened(2060, 2, 2050),
      history.faultySegmentClosed(3000, 1, 40, 1000, fault),
    )
    assert.deepEqual(micOf(events).gaps.slice(1), [
      gap(1000, 1500, 'deviceLost'),
      gap(1500, 2050, 'paused'),
    ])
  })

  test('a fault that a stop has overtaken is the reason until the stop', () => {
    const fault = { code: 'CAPTURE_FAILED', reason: 'captureFailed' } as const
    const { history, events } = recordingSince40()
    events.push(
      history.stopping(1500, 1),
      history.wrapUp(1500),
      history.faultySegmentClosed(1600, 1, 40, 1000, fault),
      history.stopped(1600),
    )
    assert.deepEqual(micOf(events).gaps.slice(1), [gap(1000, 1500, 'captureFailed')])
  })

  test('a fault whose media end at the pause, or that is known before it, changes no gap', () => {
    const fault = { code: 'CAPTURE_FAILED', reason: 'captureFailed' } as const
    const { history, events } = recordingSince40()
    const paused = [history.pausing(1500, 1), history.paused(1500)]
    const closed = history.faultySegmentClosed(1600, 1, 40, 1500, fault)
    assert.deepEqual(micOf([...events, ...paused, closed]).gaps.slice(1), [
      gap(1500, null, 'paused'),
    ])
    const recovering = history.event(1000, 'track.recovering', {
      ...{ medium: 'mic', segment: 2, detail: 'gone', giveUpAt: at(9000) },
      ...{ code: 'DEVICE_UNAVAILABLE', reason: 'deviceLost' },
    })
    const early = history.faultySegmentClosed(1001, 1, 40, 990, fault)
    assert.deepEqual(micOf([...events, recovering, early]).gaps[1], gap(990, null, 'deviceLost'))
  })

  test('a failed track has a gap until the recording ends', () => {
    const { history, events } = recordingSince40()
    const why = { code: 'CAPTURE_FAILED', detail: 'no data', reason: 'captureFailed' } as const
    events.push(
      history.segmentClosed(1010, 1, 40, 990),
      history.event(1010, 'track.failed', { medium: 'mic', ...why }),
    )
    assert.deepEqual(micOf(events).gaps[1], gap(990, null, 'captureFailed'))
    events.push(history.wrapUp(2000))
    assert.deepEqual(micOf(events).gaps[1], gap(990, 2000, 'captureFailed'))
  })

  test('a pause that comes while the track is starting keeps the first gap open', () => {
    const { history, events } = { history: new History('recording-1'), events: [] as NewEvent[] }
    events.push(
      history.starting(),
      history.trackStarting(0, 1),
      history.pausing(30, 1),
      history.paused(40),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, null, 'notStarted')])
    events.push(history.resuming(500, 2), history.opened(560, 2, 550))
    assert.deepEqual(micOf(events).gaps, [gap(0, 550, 'notStarted')])
  })

  test('a first sample that is reported after the pause counts, and the pause is the reason of the gap', () => {
    const history = new History('recording-1')
    const events = [
      history.starting(),
      history.trackStarting(0, 1),
      history.pausing(100, 1),
      history.opened(101, 1, 40),
    ]
    events.push(history.segmentClosed(110, 1, 40, 100), history.paused(111))
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(100, null, 'paused')])
  })

  test('a discarded segment leaves no trace', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.paused(1005),
      history.segmentClosed(1006, 1, 40, 1000),
    )
    events.push(history.resuming(2000, 2), history.opened(2050, 2, 2040))
    const failed = { code: 'CAPTURE_FAILED', detail: '', reason: 'captureFailed' } as const
    events.push(history.event(2090, 'track.failed', { medium: 'mic', ...failed }))
    events.push(history.event(2100, 'segment.discarded', { medium: 'mic', number: 2 }))
    assert.deepEqual(micOf(events).gaps[1], gap(1000, null, 'paused'))
  })

  test('a segment whose file a power cut has taken is a gap with its reason, and counts for nothing', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.paused(1005),
      history.segmentClosed(1006, 1, 40, 1000),
      history.resuming(2000, 2),
      history.opened(2050, 2, 2040),
      history.track(2050, 'track.resumed', 2),
      history.event(60_000, 'segment.discarded', { medium: 'mic', number: 2 }),
      history.event(60_000, 'recording.interrupted', {
        reason: 'interrupted',
        lastSeenAt: at(2050),
      }),
      history.stopped(60_000, 'interrupted'),
      history.wrapUp(60_000),
    )
    const track = micOf(events)
    assert.deepEqual(track.gaps.slice(1), [
      gap(1000, 2040, 'paused'),
      gap(2040, 60_000, 'interrupted'),
    ])
    assert.equal(track.segments, 1)
    assert.equal(track.recordedMs, 960)
    assert.equal(track.spans.length, 1)
  })

  test('after a crash the gap lasts from the last media that survived', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.event(60_000, 'recording.interrupted', {
        reason: 'interrupted',
        lastSeenAt: at(5000),
      }),
      history.segmentClosed(60_000, 1, 40, 5000),
      history.stopped(60_000, 'interrupted'),
      history.wrapUp(60_000),
    )
    assert.deepEqual(micOf(events).gaps, [
      gap(0, 40, 'notStarted'),
      gap(5000, 60_000, 'interrupted'),
    ])
  })

  test('an interruption does not change the reason of a pause before it', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.pausing(1000, 1),
      history.paused(1005),
      history.segmentClosed(1006, 1, 40, 1000),
    )
    events.push(
      history.event(60_000, 'recording.interrupted', {
        reason: 'storageFull',
        lastSeenAt: at(5000),
      }),
    )
    assert.deepEqual(micOf(events).gaps[1], gap(1000, null, 'paused'))
  })

  test('a segment that is closed during wrap-up still gets its gap', () => {
    const { history, events } = recordingSince40()
    events.push(history.stopping(1000, 1), history.stopped(1005), history.wrapUp(1005))
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted')])
    events.push(history.segmentClosed(3000, 1, 40, 990))
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted'), gap(990, 1005, 'stopped')])
  })

  test('spans are what closed segments cover, clipped at overlaps and at the end', () => {
    const { history, events } = recordingSince40()
    const span = (fromMs: number, toMs: number) => ({ from: at(fromMs), to: at(toMs) })
    assert.deepEqual(micOf(events).spans, [])
    events.push(
      history.pausing(1000, 1),
      history.segmentClosed(1010, 1, 40, 1000),
      history.paused(1010),
    )
    assert.deepEqual(micOf(events).spans, [span(40, 1000)])
    events.push(
      history.resuming(1000, 2),
      history.opened(1000, 2, 995),
      history.track(1010, 'track.resumed', 2),
    )
    events.push(
      history.stopping(2000, 2),
      history.wrapUp(2000),
      history.segmentClosed(2001, 2, 995, 2020),
    )
    events.push(history.stopped(2001))
    assert.deepEqual(micOf(events).spans, [span(40, 1000), span(1000, 2000)])
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted')])
  })

  test('a gap of no length, or less, is left out', () => {
    const { history, events } = recordingSince40()
    events.push(
      history.stopping(1000, 1),
      history.stopped(1000),
      history.segmentClosed(1000, 1, 40, 1000),
    )
    events.push(
      history.trackStarting(1000, 2),
      history.opened(1000, 2, 1000),
      history.stopping(1500, 2),
    )
    events.push(
      history.segmentClosed(1500, 2, 1000, 1510),
      history.stopped(1500),
      history.wrapUp(1500),
    )
    assert.deepEqual(micOf(events).gaps, [gap(0, 40, 'notStarted')])
  })
})
