/** The events of the log in the test vectors. */
import type { By } from '../../src/contract/by.ts'
import type { LogEvent } from '../../src/contract/events.ts'

/** The recording in the vectors. */
export const RECORDING_ID = 'example-recording-1'
const SYSTEM: By = { side: 'system', client: 'recorder', user: 'maria' }
const CRM: By = { side: 'api', client: 'crm', user: 'maria' }
const START = 'aaaaaaaa-1111-4111-8111-111111111111'
const CLOSE = 'bbbbbbbb-2222-4222-8222-222222222222'

/** The position of the event with the sealed value. */
export const TAGGED_AT = 5
/** The place of the sealed value. */
export const sealedPlace = {
  recordingId: RECORDING_ID,
  position: TAGGED_AT,
  member: 'tags.customer',
}

/** Returns the events. `first` and `second` are the vkeys of the log, `sealed` is base64url. */
export function exampleEvents({ first, second, sealed }: Record<string, string>): LogEvent[] {
  const started = { version: '0.2.0', platform: 'linux', node: 'v20.20.2', witness: true }
  const created = { key: first, former: null, cause: 'created' }
  const rotated = { key: second, former: first, cause: 'rotated' }
  const starting = {
    ...{ recordingType: 'microphone', media: ['mic'], require: 'all', wrapUpSeconds: 30 },
    ...{ maxDurationSeconds: 14_400, endsBy: at(14_401) },
  }
  const tags = { customer: { $sealed: sealed, at: TAGGED_AT } }
  const facts: [string, number | null, string | null, object, By?][] = [
    ['daemon.started', null, null, started],
    ['signingKey.changed', null, null, created],
    ['command.accepted', 1, START, { command: 'recording.start', media: ['mic'] }, CRM],
    ['recording.starting', 2, START, starting, CRM],
    ['recording.tagged', 3, START, { tags }, CRM],
    ['recording.closed', 4, CLOSE, { reason: 'command' }, CRM],
    ['command.completed', 5, CLOSE, { command: 'recording.close', status: 200 }, CRM],
    ['signingKey.changed', null, null, rotated],
    ['daemon.stopped', null, null, { reason: 'signal' }],
  ]
  return facts.map(([type, version, commandId, data, by = SYSTEM], i) => {
    const recordingId = version === null ? null : RECORDING_ID
    const event = { position: i + 1, recordingId, version, type, at: at(i), by, commandId, data }
    return event as unknown as LogEvent
  })
}

function at(seconds: number): string {
  return new Date(Date.UTC(2026, 11, 1, 9, 0, 0) + seconds * 1000).toISOString()
}
