import type { EventData, EventType, LogEvent } from '../src/contract/events.ts'
import { Replay } from '../src/replay/replay.ts'
import type { Pace } from './pace.ts'
import { median, percentile } from './statistics.ts'
import { alone, type Findings } from './table.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const START = Date.parse('2026-01-05T09:00:00.000Z')
const DEVICE = { id: 'mic', label: 'Microphone' }
const [SHORT, LONG] = [10_000, 100_000]
/** Moments that are asked for. */
const JUMPS = 300

/** Measures replay: the fold alone, without a daemon. */
export async function benchReplay(pace: Pace): Promise<Findings> {
  const events = madeUpEvents(LONG)
  const whole = Array.from({ length: pace.starts }, () =>
    measure(() => {
      const replay = replayOf(events.slice(0, SHORT))
      for (let index = 1; index <= SHORT; index++) replay.stateAfter(index)
    }),
  )
  const replay = replayOf(events)
  const jumps = Array.from({ length: JUMPS }, (_, at) => {
    // Far from each other, so that none is a neighbour of the one before.
    const index = (at * 38_197) % LONG
    return measure(() => replay.stateAfter(index))
  })
  const steps = Array.from({ length: JUMPS }, (_, at) =>
    measure(() => replay.stateAfter(LONG / 2 + at)),
  )
  return {
    rows: [
      alone('replay: 10,000 events', 'ms', median(whole), below(1_000)),
      alone(
        'replay: state at any position of 100,000, after the first time',
        'ms',
        percentile(jumps, 0.99),
        below(50),
      ),
      alone('replay: next event of 100,000', 'ms', percentile(steps, 0.99), below(16)),
    ],
    remarks: [
      'replay: the state after each of the 10,000; 99 in 100 of the other states are as fast as that',
    ],
  }
}

const below = (atMost: number) => ({ of: 'ours', atMost }) as const

function measure(work: () => void): number {
  const began = performance.now()
  work()
  return performance.now() - began
}

function replayOf(events: readonly LogEvent[]): Replay {
  const replay = new Replay(ID)
  replay.append(events)
  return replay
}

/** Makes up a recording with many tags, pauses and refusals. */
function madeUpEvents(count: number): LogEvent[] {
  const events: LogEvent[] = []
  const tell = <T extends EventType>(type: T, data: EventData[T]): void => {
    const number = events.length + 1
    const at = new Date(START + number * 100).toISOString()
    const by = { side: 'api', client: 'crm', user: 'tester' } as const
    const whose = { recordingId: ID, version: number, at, by, commandId: null, position: number }
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
