import assert from 'node:assert/strict'
import type { Command } from '../../../src/contract/commands.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { EventBatch } from '../../../src/recorder/facts/event-batch.ts'
import { PendingCommand } from '../../../src/recorder/facts/pending-command.ts'
import { PendingCommands } from '../../../src/recorder/facts/pending-commands.ts'
import { SegmentLedger } from '../../../src/recorder/facts/segment-ledger.ts'
import { suite } from '../../support/suite.ts'

const ID = 'recording-1'
const CLOSED_AT = 37
const cause = { by: { side: 'api', client: 'crm', user: 'tester' }, commandId: 'c1' } as const

/** A command that is pending on a recording whose closing is durable, when its limit is over. */
function settleAfterClosing(name: 'track.stop' | 'recording.start'): EventBatch {
  const ledger = new SegmentLedger()
  const commands = new PendingCommands()
  const request = name === 'track.stop' ? {} : { require: 'all' }
  const command = { name, recordingId: ID, request, by: cause.by } as unknown as Command
  const pending = new PendingCommand(command, cause, ID, [{ medium: 'mic', segment: 1 }])
  commands.add(pending)
  ledger.observe({ type: 'recording.closed', recordingId: ID, version: CLOSED_AT } as LogEvent)
  ledger.forgetClosing((id) => commands.concern(id))
  pending.expire()
  const batch = new EventBatch(new Map(), cause, Date.now(), {
    isFinished: (id) => ledger.isFinished(id),
    closingVersion: (id) => ledger.closingVersion(id),
    system: cause.by,
    erasesWithoutConsent: () => false,
    mayLackHolds: () => false,
  })
  commands.settle(batch)
  ledger.forgetClosing((id) => commands.concern(id))
  assert.equal(ledger.closingVersion(ID), undefined, 'nothing is kept for ever')
  return batch
}

suite('a command that outlives its recording', (test) => {
  test('ends with the next version of the recording, so that the log accepts it', () => {
    const { events } = settleAfterClosing('track.stop')
    assert.deepEqual(
      events.map(({ type, version }) => [type, version]),
      [['command.failed', CLOSED_AT + 1]],
    )
  })

  test('is not rolled back: there is nothing left of it that captures', () => {
    const { events, cuts } = settleAfterClosing('recording.start')
    assert.deepEqual(
      events.map(({ type, version }) => [type, version]),
      [['command.failed', CLOSED_AT + 1]],
    )
    assert.deepEqual(cuts, [])
  })
})
