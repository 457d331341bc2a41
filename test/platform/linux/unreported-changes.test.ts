import assert from 'node:assert/strict'
import { UnreportedChanges } from '../../../src/platform/linux/unreported-changes.ts'
import { suite } from '../../support/suite.ts'

suite('unreported changes', (test) => {
  test('are found by three large frames in a row, long after a report', () => {
    const changes = new UnreportedChanges(0)
    const found = (bytes: number, now: number) => changes.observeFrame(bytes, now)
    // The first frames, and those after a reported change, are large.
    assert.deepEqual(
      [found(90_000, 100), found(5_000, 200), found(5_000, 300)],
      [false, false, false],
    )
    changes.observeReport(9_000)
    assert.deepEqual(
      [found(5_000, 9_900), found(5_000, 10_900), found(5_000, 11_400)],
      [false, false, false],
    )
    // A key frame is large, and comes alone.
    assert.deepEqual(
      [found(60, 12_400), found(90_000, 13_400), found(60, 14_400)],
      [false, false, false],
    )
    assert.deepEqual(
      [found(5_000, 15_400), found(5_000, 16_400), found(5_000, 17_400)],
      [false, false, true],
    )
  })
})
