import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import { recorderActor } from '../../src/inspection/actor-descriptions.ts'
import { actorMessage } from '../../src/inspection/inspection-messages.ts'
import { logMessages } from '../../src/inspection/log-messages.ts'
import { STATELY_URL, statelyPage, toStately } from '../../src/inspection/stately.ts'
import { suite } from '../support/suite.ts'

const TAGGED: LogEvent = {
  position: 7,
  type: 'recording.tagged',
  recordingId: 'rec_12345',
  version: 2,
  at: '2026-01-31T09:00:00.000Z',
  by: { side: 'api', client: 'crm', user: 'jane.doe' },
  commandId: 'cmd_1',
  data: { tags: { customer: 'C-1', note: 'private' } },
}

suite('what Stately’s inspector is shown', (test) => {
  test('has no value of a tag and no name of a user', () => {
    const [message] = logMessages(TAGGED, true, null)
    assert.ok(message)
    const shown = toStately(message)
    assert.doesNotMatch(JSON.stringify(shown), /C-1|private|jane/)
    assert.ok(shown.type === '@xstate.event')
    assert.deepEqual(shown.event.data, { tags: { customer: '…', note: '…' } })
    assert.deepEqual(shown.event.by, { side: 'api', client: 'crm' })
    assert.match(JSON.stringify(message), /C-1.*private/, 'the message itself stays as it is')
  })

  test('has the members of the protocol only', () => {
    const actor = actorMessage(recorderActor('1.0.0'), { atMs: 1_000, position: 3 })
    const shown = toStately(actor)
    assert.deepEqual(Object.keys(shown).sort(), [
      ...['_version', 'createdAt', 'definition', 'id', 'name', 'parentId', 'rootId', 'sessionId'],
      ...['snapshot', 'type'],
    ])
    assert.equal(shown.createdAt, '1000')
  })

  test('is embedded in a page that cannot be broken by an address', () => {
    const page = statelyPage('ws://127.0.0.1:1/</script><script>alert(1)')
    assert.equal(page.match(/<script/g)?.length, 1)
    assert.ok(page.includes(`src="${STATELY_URL}"`))
  })
})
