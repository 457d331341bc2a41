import type { EventData, EventType, LogEvent } from '../src/contract/events.ts'
import { MACHINES_VERSION } from '../src/machines/definitions/definitions.ts'

/** The recording of {@link madeUpEvents}. */
export const MADE_UP_ID = '00000000-0000-4000-8000-000000000001'
const START = Date.parse('2026-01-05T09:00:00.000Z')
const DEVICE = { id: 'mic', label: 'Microphone' }

/** Makes up a recording with many tags, pauses and refusals. Returns so many of its events. */
export function madeUpEvents(count: number): LogEvent[] {
  const events: LogEvent[] = []
  let version = 0
  const tell = <T extends EventType>(type: T, data: EventData[T]): void => {
    const number = events.length + 1
    // A refusal is no fact of the recording, and carries the version that it found.
    if (type !== 'command.refused') version++
    const at = new Date(START + number * 100).toISOString()
    const by = { side: 'api', client: 'crm', user: 'tester' } as const
    const whose = {
      recordingId: MADE_UP_ID,
      version,
      at,
      by,
      commandId: null,
      position: number,
    }
    events.push({ type, data, ...whose } as LogEvent)
  }
  tellStart(tell)
  for (let cycle = 1; events.length < count; cycle++) {
    tell('command.accepted', { command: 'recording.tag' })
    tell('recording.tagged', { tags: { [`key${cycle % 500}`]: cycle } })
    tell('command.completed', { command: 'recording.tag', status: 200 })
    tell('command.refused', { command: 'track.resume', code: 'INVALID_STATE', detail: 'No.' })
    if (cycle % 10 === 0) tellPause(tell, cycle / 10)
  }
  return events.slice(0, count)
}

type Tell = <T extends EventType>(type: T, data: EventData[T]) => void

function tellStart(tell: Tell): void {
  tell('command.accepted', { command: 'recording.start', media: ['mic'] })
  tell('recording.starting', {
    ...{ recordingType: 'both', media: ['mic'], require: 'all' },
    ...{ wrapUpSeconds: 30, maxDurationSeconds: 14_400, endsBy: new Date(START).toISOString() },
    machines: MACHINES_VERSION,
  })
  tell('track.starting', { medium: 'mic', segment: 1, device: DEVICE })
  tell('track.started', { medium: 'mic', segment: 1 })
  tell('recording.started', {})
}

function tellPause(tell: Tell, segment: number): void {
  const at = new Date(START).toISOString()
  tell('command.accepted', { command: 'track.pause' })
  tell('track.pausing', { medium: 'mic', segment, cutAt: at })
  tell('recording.paused', {})
  tell('segment.closed', {
    ...{ medium: 'mic', number: segment, startedAt: at, endedAt: at, durationMs: 0, bytes: 1 },
    ...{ container: 'ogg', codec: 'opus', sha256: '0'.repeat(64), file: `mic-${segment}.ogg` },
  })
  tell('track.paused', { medium: 'mic' })
  tell('command.completed', { command: 'track.pause', status: 200 })
  tell('track.resuming', { medium: 'mic', segment: segment + 1, device: DEVICE })
  tell('recording.resumed', {})
  tell('track.resumed', { medium: 'mic', segment: segment + 1 })
}
