/**
 * Measures what proofs cost: the same tags to a log with its Merkle tree and to one without, by
 * turns; receipts; and the verification of a long log.
 */
import { join } from 'node:path'
import { TEST_KEYS } from '../lab/test-keys.ts'
import { verifyHome } from '../src/audit/verify/verify-home.ts'
import { openEventLog } from '../src/store/event-log.ts'
import type { EventLog } from '../src/store/port.ts'
import { CheckpointSigner } from '../src/store/tree/checkpoint-signer.ts'
import { LogTree } from '../src/store/tree/log-tree.ts'
import { nameSigningKey } from '../test/store/support/signing.ts'
import type { Pace } from './pace.ts'
import { median, percentile } from './statistics.ts'
import { ROUND_MS, rate, tagger } from './store.ts'
import { alone, compared, type Findings, type Row } from './table.ts'

const RECEIPTS = 200

/** Compares durable tags with the tree and its signatures with those without. */
export async function benchTree(folder: string, { auditRounds }: Pace): Promise<Row[]> {
  const logs: EventLog[] = []
  const { append } = LogTree.prototype
  const { sign } = CheckpointSigner.prototype
  const rates: [number[], number[]] = [[], []]
  const costs: [number[], number[]] = [[], []]
  try {
    const tags: (() => Promise<void>)[] = []
    for (const name of ['with-tree', 'without-tree']) {
      const log = await openEventLog({ keys: TEST_KEYS, folder: join(folder, name) })
      logs.push(log)
      await nameSigningKey(log, TEST_KEYS)
      tags.push(await tagger(log))
    }
    // The first round warms up. Every other one begins with the other log.
    for (let round = 0; round <= 2 * auditRounds; round++)
      for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        LogTree.prototype.append = which === 0 ? append : () => []
        CheckpointSigner.prototype.sign = which === 0 ? sign : () => undefined
        const before = process.cpuUsage()
        const perSecond = await rate(64, tags[which]!)
        const { user, system } = process.cpuUsage(before)
        if (round === 0) continue
        rates[which].push(perSecond)
        costs[which].push((user + system) / (perSecond * (ROUND_MS / 1_000)))
      }
  } finally {
    LogTree.prototype.append = append
    CheckpointSigner.prototype.sign = sign
    await Promise.all(logs.map((log) => log.close()))
  }
  const what = 'durable tag commands, 64 at a time, with the signed tree against without'
  return [
    compared(what, 'commands/s', ...rates, { of: 'ratio', atLeast: 0.95 }),
    compared('CPU of the same', 'µs a command', ...costs),
  ]
}

/** Measures receipts of events everywhere in a log. */
export async function benchReceipts({ proofs, position }: EventLog): Promise<Row> {
  const times: number[] = []
  for (let i = 0; i < RECEIPTS; i++) {
    const began = performance.now()
    await proofs.receipt(1 + Math.floor((i / RECEIPTS) * (position - 1)))
    times.push(performance.now() - began)
  }
  const what = `a receipt, ${position.toLocaleString('en')} events, 90 in 100`
  return alone(what, 'ms', percentile(times, 0.9), { of: 'ours', atMost: 2 })
}

/** Verifies a closed log whose media do not exist, and watches the memory in use. */
export async function benchVerification(folder: string): Promise<Findings> {
  const heap: number[] = []
  const before = process.cpuUsage()
  const began = performance.now()
  const { checked } = await verifyHome(
    {
      logFolder: folder,
      witnessFile: `${folder}.head`,
      recordingsFolder: join(folder, 'none'),
      cosignaturesFolder: join(folder, 'none'),
      timestampsFolder: join(folder, 'none'),
    },
    {
      onProgress: ({ task, done }) => {
        if (task === 'events' && done % 10_000 < 200) heap.push(process.memoryUsage().heapUsed)
      },
    },
  )
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(before)
  const tenth = Math.max(1, Math.floor(heap.length / 10))
  const [first, last] = [heap.slice(0, tenth), heap.slice(-tenth)].map((some) =>
    (median(some) / 1e6).toFixed(0),
  )
  const what = `verifying a log of ${checked.events.toLocaleString('en')} events`
  return {
    rows: [alone(what, 's', seconds, { of: 'ours', atMost: 15 })],
    remarks: [
      `${what}: ${((user + system) / 1e6).toFixed(1)} s of CPU, heap in use ${first} MB in the first tenth, ${last} MB in the last`,
    ],
  }
}
