import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from './pace.ts'
import { command, onStage } from './stage.ts'
import { percentile } from './statistics.ts'
import type { Findings, Row } from './table.ts'

/** Media flow for this long before they are paused or stopped. */
const FLOW_MS = 400

/** How long pause, resume, stop and start of all three media take to be answered: confirmed, and durable. */
export async function benchLatency(pace: Pace): Promise<Findings> {
  return onStage(async ({ daemon }) => {
    const times: Record<'pause' | 'resume' | 'stop' | 'start', number[]> = {
      pause: [],
      resume: [],
      stop: [],
      start: [],
    }
    const { id } = await command(daemon, '/recordings')
    const timed = async (name: keyof typeof times, body?: unknown): Promise<void> => {
      times[name].push((await command(daemon, `/recordings/${id}/${name}`, body)).answeredMs)
      await wait(FLOW_MS)
    }
    for (let round = 0; round < pace.latencyRounds; round++) {
      await wait(FLOW_MS)
      await timed('pause')
      await timed('resume')
      await timed('stop', { media: ['mic', 'speaker'] })
      await timed('start', { media: ['mic', 'speaker'] })
    }
    const rows = (['stop', 'pause', 'resume', 'start'] as const).flatMap((name) => rowsOf(name, times[name]))
    return { rows, remarks: [] }
  })
}

function rowsOf(name: string, values: number[]): Row[] {
  return [0.5, 0.99].map((share) => ({
    what: `${name}, p${share * 100} of ${values.length}`,
    unit: 'ms',
    ours: percentile(values, share),
    bare: null,
    ratio: null,
    aim: name === 'stop' ? { of: 'ours', atMost: 300 } : null,
  }))
}
