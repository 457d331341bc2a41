import assert from 'node:assert/strict'
import type { LevelMessage } from '../../src/client/types.ts'
import { LevelGatherer } from '../../src/ui/live/level-gatherer.ts'
import { suite } from '../support/suite.ts'

const level = (medium: LevelMessage['medium'], rmsDb: number, peakDb: number, at: string) =>
  ({ recordingId: 'rec', medium, level: { rmsDb, peakDb }, at }) as LevelMessage

suite('levels for the windows of a browser', (test) => {
  test('the loudest of each medium is shown, with the time of the newest, once', () => {
    const gatherer = new LevelGatherer()
    gatherer.add(level('mic', -30, -20, 'T1'))
    gatherer.add(level('speaker', -50, -40, 'T1'))
    gatherer.add(level('mic', -40, -10, 'T2'))
    assert.deepEqual(gatherer.take(), [
      level('mic', -30, -10, 'T2'),
      level('speaker', -50, -40, 'T1'),
    ])
    assert.deepEqual(gatherer.take(), [])
    gatherer.add(level('mic', -60, -55, 'T3'))
    assert.deepEqual(gatherer.take(), [level('mic', -60, -55, 'T3')])
  })
})
