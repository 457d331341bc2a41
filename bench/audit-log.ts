import type { By } from '../src/contract/by.ts'
import type { NewEvent } from '../src/contract/events.ts'
import type { EventLog } from '../src/store/port.ts'
import { at, History } from '../test/store/support/history.ts'

/** Events of one recording of {@link writeAuditLog}. */
export const EVENTS_A_RECORDING = 100
const APART_MS = 10 * 60_000
const TAGS = 26

const CRM: By = { side: 'api', client: 'crm', user: 'clerk' }
const PAGE: By = { side: 'ui', client: 'ui', user: 'clerk' }

/** When a recording of {@link writeAuditLog} begins. */
export const startOf = (recording: number): string => at(recording * APART_MS)

/**
 * Writes so many recordings, closed: one in 10 minutes, with tags, in one of seven a long pause, in
 * one of eleven a lost device, in one of three no tag; and a refusal and an access each.
 */
export async function writeAuditLog(log: EventLog, recordings: number): Promise<void> {
  for (let from = 0; from < recordings; from += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, recordings - from) }, (_, i) => {
        const { committed } = log.append({ events: eventsOf(from + i) })
        return committed
      }),
    )
}

function eventsOf(number: number): NewEvent[] {
  const id = `recording-${String(number).padStart(8, '0')}`
  const history = new History(id, number * APART_MS)
  const by = number % 5 === 0 ? PAGE : CRM
  const events: NewEvent[] = [
    history.event(0, 'command.accepted', { command: 'recording.start', media: ['mic'] }),
    history.starting(0),
    history.trackStarting(0, 1),
    history.opened(0, 1),
    history.track(0, 'track.started', 1),
    history.started(0),
    history.event(0, 'command.completed', { command: 'recording.start', status: 201 }),
  ]
  for (let tag = 0; tag < TAGS; tag++) {
    const key = number % 3 === 0 ? 'system.note' : 'customer'
    events.push(...history.tagCommand(1_000 + tag, { [key]: `C-${number}-${tag}` }))
  }
  if (number % 7 === 0) events.push(...pause(history))
  else if (number % 11 === 0) events.push(...loss(history))
  const segment = number % 7 === 0 || number % 11 === 0 ? 2 : 1
  const from = segment === 1 ? 0 : 400_000
  events.push(
    history.stopping(500_000, segment),
    history.segmentClosed(500_000, segment, from, 500_000),
    history.stopped(500_000),
    history.wrapUp(500_000),
    history.closed(510_000),
  )
  const own = events.map((event) => ({ ...event, by }))
  const refusal = { command: 'track.resume', code: 'INVALID_STATE', detail: 'No.' } as const
  own.push({ ...history.event(500_001, 'command.refused', refusal), by: CRM })
  while (own.length < EVENTS_A_RECORDING) own.push(access(history, own.length))
  return own
}

function pause(history: History): NewEvent[] {
  return [
    history.pausing(30_000, 1),
    history.segmentClosed(30_000, 1, 0, 30_000),
    history.paused(30_000),
    history.resuming(400_000, 2),
    history.opened(400_000, 2),
    history.track(400_000, 'track.resumed', 2),
  ]
}

function loss(history: History): NewEvent[] {
  return [
    history.event(30_000, 'track.recovering', {
      ...{ medium: 'mic', segment: 2, code: 'DEVICE_UNAVAILABLE', detail: 'Gone.' },
      ...{ reason: 'deviceLost', giveUpAt: history.at(90_000) },
    }),
    history.segmentClosed(30_000, 1, 0, 30_000),
    history.opened(400_000, 2),
    history.track(400_000, 'track.recovered', 2),
  ]
}

function access(history: History, count: number): NewEvent {
  const data = { act: 'played', media: ['mic'] } as const
  return {
    ...{ type: 'recording.accessed', recordingId: history.id, version: null, by: PAGE },
    ...{ at: history.at(520_000 + count), commandId: null, data: { ...data, media: ['mic'] } },
  }
}
