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
/** The daemon makes its first spares 20 s after its start (spare-upkeep.ts). */
const SPARES_MS = 21_000
/** It has made them when nothing has used the processor for so long. */
const QUIET_MS = 4_000
const QUIET_LIMIT_MS = 60_000
/** Two ticks of the clock that Linux counts with. */
const QUIET_CPU_MS = 20
const RECORDED_MS = 5_000

/**
 * Measures the daemon's CPU and memory while it is idle: when it has done what it does once after
 * its start, and after a recording. What it does once is a figure of its own.
 */
export async function benchIdle(pace: Pace): Promise<Findings> {
  return onStage(async ({ daemon }) => {
    const listening = treeCpuMs(daemon.pid)
    await wait(SPARES_MS)
    await untilQuiet(daemon.pid)
    const ready = treeCpuMs(daemon.pid)
    const rows = [
      alone('CPU of a start until the daemon listens', 's', listening / 1_000),
      alone('CPU after that, once: spares, garbage', 's', (ready - listening) / 1_000),
      ...(await idle('started', daemon.pid, pace.idleMs)),
    ]
    const { id } = await command(daemon, '/recordings')
    await wait(RECORDED_MS)
    await command(daemon, `/recordings/${id}/stop`)
    await command(daemon, `/recordings/${id}/close`)
    await wait(SETTLING_MS)
    rows.push(...(await idle('after a recording', daemon.pid, pace.idleMs)))
    return { rows, remarks: [] }
  })
}

/** Resolves when the daemon and its children do nothing for a while. */
async function untilQuiet(pid: number): Promise<void> {
  const until = performance.now() + QUIET_LIMIT_MS
  while (performance.now() < until) {
    const before = treeCpuMs(pid)
    await wait(QUIET_MS)
    if (treeCpuMs(pid) - before <= QUIET_CPU_MS) return
  }
  throw new Error('The daemon is never idle.')
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
