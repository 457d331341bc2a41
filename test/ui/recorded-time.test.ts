import assert from 'node:assert/strict'
import type { TrackView } from '../../src/contract/views.ts'
import { clockText, trackMs } from '../../src/ui/live/recorded-time.ts'
import { suite } from '../support/suite.ts'

const START = Date.parse('2026-01-02T10:00:00.000Z')
const at = (ms: number): string => new Date(START + ms).toISOString()

function track(changes: Partial<TrackView>): TrackView {
  return {
    state: 'recording',
    device: { id: 'mic', label: 'Microphone' },
    startedAt: at(0),
    stoppedAt: null,
    recordedMs: 0,
    bytes: 0,
    segments: 0,
    spans: [],
    gaps: [],
    error: null,
    warnings: [],
    ...changes,
  }
}

suite('recorded time', (test) => {
  test('the open segment counts up to now', () => {
    assert.equal(trackMs(track({}), START + 4_000), 4_000)
    const resumed = track({
      segments: 1,
      recordedMs: 4_000,
      spans: [{ from: at(0), to: at(4_000) }],
      gaps: [{ from: at(4_000), to: at(9_000), reason: 'paused' }],
    })
    assert.equal(trackMs(resumed, START + 10_000), 5_000)
  })

  test('the time does not jump back while a pause closes the open segment', () => {
    assert.equal(trackMs(track({}), START + 7_000), 7_000)
    const pausing = track({ state: 'paused' })
    assert.equal(trackMs(pausing, START + 7_200), 7_000)
    const paused = track({ state: 'paused', segments: 1, recordedMs: 7_050 })
    assert.equal(trackMs(paused, START + 60_000), 7_050)
  })

  test('a clock has hours, minutes and seconds', () => {
    assert.equal(clockText(321_999), '00:05:21')
    assert.equal(clockText(36_000_000), '10:00:00')
  })
})
