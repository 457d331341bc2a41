import assert from 'node:assert/strict'
import type { LogEvent, NewEvent } from '../../../src/contract/events.ts'
import { type Operation, openDatabase } from '../../../src/store/database/database.ts'
import { recordingEventKey } from '../../../src/store/database/keys.ts'
import { ProjectionCheck } from '../../../src/store/views/projection-check.ts'
import { suite } from '../../support/suite.ts'
import { CRM, History } from '../support/history.ts'
import { withFolder, withLog } from '../support/scratch.ts'

/** So many that the check keeps only a sum of the first ones. */
const RECORDINGS = 160

/** V8 passes some 120,000 at most. */
const MOST_ARGUMENTS = 200_000

const HELD = { holdId: 'hold-1', reason: 'a complaint' }
const CONSENT = { state: 'withdrawn', method: 'verbal' } as const
const ERASING = { cause: 'request', reason: 'asked for' } as const
const REFUSED = { command: 'recording.close', code: 'RECORDING_CLOSED', detail: '' } as const

/** Events that change nothing, each with one that follows and changes its recording. */
const LATE: ((history: History) => NewEvent[])[] = [
  (history) => [accessed(history), history.event(90, 'recording.held', HELD)],
  (history) => [accessed(history), history.event(90, 'recording.erasing', ERASING)],
  (history) => [
    history.event(80, 'command.refused', REFUSED),
    history.event(90, 'recording.consentRecorded', CONSENT),
  ],
  (history) => [history.event(80, 'recording.held', HELD), accessed(history), accessed(history)],
]

suite('the check of stored views', (test) => {
  test('finds nothing where old recordings were read or refused something, and then changed', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => {
        const histories = Array.from(
          { length: RECORDINGS },
          (_, i) => new History(`recording-${i}`.padEnd(14, '-'), i * 1_000),
        )
        for (const history of histories) log.append({ events: lifeOf(history) })
        for (const [i, late] of LATE.entries()) log.append({ events: late(histories[i]!) })
        await log.writeWitness()
      })
      await withLog(folder, async (log) => assert.equal(log.rebuiltViews, undefined))
    }))

  test('compares an open recording with more entries than a call has arguments', () =>
    withFolder(async (folder) => {
      const db = await openDatabase(folder)
      try {
        const history = new History('long-recording', 0)
        const check = new ProjectionCheck(db)
        await check.observe([{ ...history.starting(), position: 1 } as LogEvent])
        const entries = Array.from({ length: MOST_ARGUMENTS }, (_, i) => ({
          ...{ type: 'put', key: recordingEventKey(history.id, i + 2), value: '' },
        }))
        await db.batch(entries as Operation[])
        assert.equal((await check.compareOpen()).join(), history.id)
      } finally {
        await db.close()
      }
    }))
})

const lifeOf = (history: History): NewEvent[] => [
  history.event(0, 'command.accepted', { command: 'recording.start' }),
  history.starting(),
  history.started(),
  history.tagged(0, { customer: history.id }),
  history.wrapUp(10),
  history.closed(20),
]

function accessed(history: History): NewEvent {
  const { id: recordingId } = history
  return {
    ...{ type: 'recording.accessed', recordingId, version: null, at: history.at(80) },
    ...{ by: CRM, commandId: null, data: { act: 'played', media: ['mic'] } },
  }
}
