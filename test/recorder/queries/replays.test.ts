import assert from 'node:assert/strict'
import { madeUpEvents } from '../../../bench/made-up-events.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { Replays } from '../../../src/recorder/queries/replays.ts'
import type { EventQuery } from '../../../src/store/records/read-events.ts'
import { suite } from '../../support/suite.ts'

/** A log in memory. */
const logOf = (all: readonly LogEvent[]) => ({
  position: all.length,
  async events({ after, limit }: EventQuery): Promise<LogEvent[]> {
    return all.slice(after, after + limit)
  },
})

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

  test('leave the turns between a few events to others while a long one is read', async () => {
    const events = madeUpEvents(5_000)
    const { recordingId } = events[0] as { recordingId: string }
    let turns = 0
    let isRead = false
    const count = (): void => {
      turns++
      if (!isRead) setImmediate(count)
    }
    const reading = new Replays(logOf(events)).of(recordingId)
    setImmediate(count)
    const replay = await reading
    isRead = true
    assert.equal(replay.events.length, events.length)
    // One in 50 events, but for the first and the last.
    assert.ok(turns >= 95, `${turns} turns`)
  })

  test('that cannot be read to the end are read on from there the next time', async () => {
    const events = madeUpEvents(1_700)
    const { recordingId } = events[0] as { recordingId: string }
    const log = logOf(events)
    let faults = 1
    const replays = new Replays({
      ...log,
      async events(query) {
        if (query.after === 1_000 && faults-- > 0) throw new Error('The disk is gone.')
        return log.events(query)
      },
    })
    await assert.rejects(replays.of(recordingId), /The disk is gone/)
    const { events: read } = await replays.of(recordingId)
    assert.deepEqual(
      read.map(({ position }) => position),
      events.map(({ position }) => position),
    )
  })
})
