/**
 * Compares the CPU of a recording with that of the same recording whose segments are not sealed.
 * Two daemons record at the same time, so that other programs disturb both.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs, treeCpuMs } from './processes.ts'
import { command } from './stage.ts'
import { median } from './statistics.ts'
import { compared, type Findings } from './table.ts'

const PROGRAM = fileURLToPath(new URL('./unbundled.cjs', import.meta.url))
const UNSEALED = new URL('./unsealed-hook.mjs', import.meta.url).href
const AGE = 'age-encryption.org/v1'

/** CPU in cores: of the daemon and all its children, and of the daemon alone. */
interface Cost {
  all: number
  daemon: number
}

/** Measures the share of sealing in the CPU of a recording of three synthetic media. */
export async function benchSealing({ sealingPairs, sealingMs }: Pace): Promise<Findings> {
  const daemons: Daemon[] = []
  const costs: [sealed: Cost[], plain: Cost[]] = [[], []]
  try {
    const options = { program: PROGRAM }
    daemons.push(await startDaemon(options))
    const env = { NODE_OPTIONS: `--import ${UNSEALED}` }
    daemons.push(await startDaemon({ ...options, env }))
    // The first recording compiles the code.
    for (let pair = -1; pair < sealingPairs; pair++) {
      const both = await Promise.all(daemons.map((daemon) => record(daemon, sealingMs)))
      if (pair >= 0) for (const [i, cost] of both.entries()) costs[i]!.push(cost)
    }
    const isSealed = await Promise.all(daemons.map(({ home }) => hasSealedSegments(home)))
    if (!isSealed[0] || isSealed[1]) throw new Error('The wrong segments are sealed.')
  } finally {
    for (const daemon of daemons) {
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
    }
  }
  const [sealed, plain] = costs.map((all) => all.map((cost) => cost.all)) as [number[], number[]]
  const what = `CPU while recording three synthetic media for ${sealingMs / 1_000} s, sealed, against unsealed`
  const ratios = sealed.map((cost, pair) => (cost / plain[pair]!).toFixed(3))
  const own = costs.map((all) => median(all.map(({ daemon }) => daemon)).toFixed(4))
  return {
    rows: [compared(what, 'core', sealed, plain, { of: 'ratio', atMost: 1.03 })],
    remarks: [
      `${what}: ${ratios.join(', ')}; sum of all pairs ${(sum(sealed) / sum(plain)).toFixed(3)}; the daemon alone ${own.join(' / ')} core`,
    ],
  }
}

async function record(daemon: Daemon, ms: number): Promise<Cost> {
  const before = { all: treeCpuMs(daemon.pid), daemon: ownCpuMs(daemon.pid) }
  const { id } = await command(daemon, '/recordings')
  await wait(ms)
  await command(daemon, `/recordings/${id}/stop`)
  await command(daemon, `/recordings/${id}/close`)
  return {
    all: (treeCpuMs(daemon.pid) - before.all) / ms,
    daemon: (ownCpuMs(daemon.pid) - before.daemon) / ms,
  }
}

async function hasSealedSegments(home: string): Promise<boolean> {
  const folder = join(home, 'recordings')
  const files = await readdir(folder, { recursive: true })
  const segments = files.filter((name) => name.endsWith('.age'))
  if (segments.length === 0) throw new Error('Nothing was recorded.')
  const first = await readFile(join(folder, segments[0] as string))
  return first.subarray(0, AGE.length).toString() === AGE
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
