import assert from 'node:assert/strict'
import type { RecordingAnswer } from '../../../src/contract/views.ts'

/**
 * Every second is accounted for: spans and gaps of each track follow each other without overlap,
 * from the recording's start to the end of its capture, and each gap has a reason. For a recording
 * that is stopped, with its files closed.
 */
export function assertAccounted({ startedAt, endedAt, tracks }: RecordingAnswer): void {
  assert.ok(endedAt !== null, 'the recording is not stopped')
  for (const [medium, { state, spans, gaps }] of Object.entries(tracks)) {
    if (state === 'off') continue
    const told: string = `${medium}: ${JSON.stringify({ startedAt, endedAt, spans, gaps })}`
    let until = startedAt
    for (const part of [...spans, ...gaps].sort((a, b) => (a.from < b.from ? -1 : 1))) {
      assert.equal(part.from, until, told)
      assert.ok(part.to !== null && part.to > part.from, told)
      until = part.to
    }
    assert.equal(until, endedAt, told)
  }
}
