import type { LogEvent } from '../src/contract/events.ts'
import { Replay } from '../src/replay/replay.ts'
import { MADE_UP_ID, madeUpEvents } from './made-up-events.ts'
import type { Pace } from './pace.ts'
import { median, percentile } from './statistics.ts'
import { alone, type Findings } from './table.ts'

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
  const replay = new Replay(MADE_UP_ID)
  replay.append(events)
  return replay
}
