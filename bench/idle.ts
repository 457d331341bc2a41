import { setTimeout as wait } from 'node:timers/promises'
import type { Pace } from './pace.ts'
import { treeCpuMs, treePssMb } from './processes.ts'
import { command, onStage } from './stage.ts'
import { alone, type Findings, type Row } from './table.ts'

/**
 * Time until the daemon is idle. V8 collects garbage once about ten seconds after work, which takes
 * a tenth of a second.
 */
const SETTLING_MS = 15_000
const RECORDED_MS = 5_000

/** Measures the daemon's CPU and memory while it is idle: just started, and after a recording. */
export async function benchIdle(pace: Pace): Promise<Findings> {
  return onStage(async ({ daemon }) => {
    await wait(SETTLING_MS)
    const rows = await idle('just started', daemon.pid, pace.idleMs)
    const { id } = await command(daemon, '/recordings')
    await wait(RECORDED_MS)
    await command(daemon, `/recordings/${id}/stop`)
    await command(daemon, `/recordings/${id}/close`)
    await wait(SETTLING_MS)
    rows.push(...(await idle('after a recording', daemon.pid, pace.idleMs)))
    return { rows, remarks: [] }
  })
}

async function idle(when: string, pid: number, ms: number): Promise<Row[]> {
  const before = treeCpuMs(pid)
  const started = performance.now()
  await wait(ms)
  const percent = ((treeCpuMs(pid) - before) / (performance.now() - started)) * 100
  return [
    alone(`idle CPU, ${when}`, '% of a core', percent, { of: 'ours', atMost: 0.5 }),
    alone(`idle memory (PSS), ${when}`, 'MB', treePssMb([pid]), { of: 'ours', atMost: 110 }),
  ]
}
