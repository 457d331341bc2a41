import assert from 'node:assert/strict'
import { Replays } from '../../../src/recorder/queries/replays.ts'
import { suite } from '../../support/suite.ts'

suite('replays of recordings', (test) => {
  test('are read once for all who ask at the same time, also by turns', async () => {
    const readings: (string | undefined)[] = []
    const replays = new Replays({
      position: 9,
      async events({ recordingId, after }) {
        if (after === 0) readings.push(recordingId)
        return []
      },
    })
    const ids = ['rec_a', 'rec_b', 'rec_a', 'rec_b', 'rec_a', 'rec_b']
    const found = await Promise.all(ids.map((id) => replays.of(id)))
    assert.deepEqual(
      found.map(({ recordingId }) => recordingId),
      ids,
    )
    assert.deepEqual(readings, ['rec_a', 'rec_b'])
    assert.equal(new Set(found).size, 2)
  })
})
