/**
 * Measures the auditor's questions on a large log, and what their index costs: the same tags, to a
 * log with the index and to one without, by turns. Measures what proofs cost, too.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEST_KEYS } from '../lab/test-keys.ts'
import { createAudit } from '../src/audit/questions/audit.ts'
import type { AuditPort } from '../src/audit/questions/port.ts'
import { AuditIndex } from '../src/store/audit/audit-index.ts'
import { openEventLog } from '../src/store/event-log.ts'
import type { EventLog } from '../src/store/port.ts'
import { nameSigningKey } from '../test/store/support/signing.ts'
import { EVENTS_A_RECORDING, startOf, writeAuditLog } from './audit-log.ts'
import type { Pace } from './pace.ts'
import { benchReceipts, benchTree, benchVerification } from './proofs.ts'
import { median, percentile } from './statistics.ts'
import { ROUND_MS, rate, tagger } from './store.ts'
import { alone, compared, type Findings, type Row } from './table.ts'

const LISTS = 50
const BELOW_200 = { of: 'ours', atMost: 200 } as const

/** Measures the index and the questions. */
export async function benchAudit(pace: Pace): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-audit-'))
  try {
    const tags = await benchTags(folder, pace)
    const tree = await benchTree(folder, pace)
    const questions = await benchQuestions(join(folder, 'log'), pace)
    const verification = await benchVerification(join(folder, 'log'))
    return {
      rows: [...questions.rows, ...tags, ...tree, ...verification.rows],
      remarks: [...questions.remarks, ...verification.remarks],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchTags(folder: string, { auditRounds }: Pace): Promise<Row[]> {
  const logs: EventLog[] = []
  const open = async (name: string) => {
    const log = await openEventLog({ keys: TEST_KEYS, folder: join(folder, name) })
    logs.push(log)
    return tagger(log)
  }
  const add = AuditIndex.prototype.add
  const rates: number[][] = [[], []]
  const costs: number[][] = [[], []]
  try {
    const tags = [await open('with-index'), await open('without-index')]
    // The first round warms up. Every other one begins with the other log.
    for (let round = 0; round <= 2 * auditRounds; round++)
      for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
        AuditIndex.prototype.add = which === 0 ? add : () => []
        const before = process.cpuUsage()
        const seconds = await rate(64, tags[which]!)
        const { user, system } = process.cpuUsage(before)
        if (round === 0) continue
        rates[which]?.push(seconds)
        costs[which]?.push((user + system) / (seconds * (ROUND_MS / 1_000)))
      }
  } finally {
    AuditIndex.prototype.add = add
    await Promise.all(logs.map((log) => log.close()))
  }
  const what = 'durable tag commands, 64 at a time, with the audit index against without'
  const [[ours, other], [cost, otherCost]] = [rates, costs] as [number[][], number[][]]
  return [
    compared(what, 'commands/s', ours!, other!, { of: 'ratio', atLeast: 0.98 }),
    compared(`CPU of the same`, 'µs a command', cost!, otherCost!, { of: 'ratio', atMost: 1.02 }),
  ]
}

async function benchQuestions(folder: string, pace: Pace): Promise<Findings> {
  const { auditRecordings: recordings, auditRounds } = pace
  let log = await openEventLog({ keys: TEST_KEYS, folder })
  await nameSigningKey(log, TEST_KEYS)
  await writeAuditLog(log, recordings)
  await log.close()
  const began = performance.now()
  log = await openEventLog({ keys: TEST_KEYS, folder })
  const openedMs = performance.now() - began
  try {
    const audit = createAudit({ log, now: () => Date.now() })
    const rows: Row[] = []
    const costs: string[] = []
    for (const [name, ask] of questions(audit, recordings)) {
      const times: number[] = []
      const before = process.cpuUsage()
      for (let round = 0; round < auditRounds; round++) times.push(await measure(ask))
      const { user, system } = process.cpuUsage(before)
      costs.push(`${name} ${Math.round((user + system) / 1_000 / auditRounds)}`)
      const what = `audit: ${name}, ${(recordings * EVENTS_A_RECORDING).toLocaleString('en')} events`
      rows.push(alone(what, 'ms', percentile(times, 0.9), BELOW_200))
    }
    rows.push(await benchReceipts(log), await benchList(log))
    const remarks = [
      `audit: pages of 100 rows, 90 in 100 are as fast as that; opening the log took ${Math.round(openedMs)} ms`,
      `audit: CPU of a page in ms: ${costs.join(', ')}`,
    ]
    return { rows, remarks }
  } finally {
    await log.close()
  }
}

/** Measures the newest page of the list, with its JSON. */
async function benchList(log: EventLog): Promise<Row> {
  const times: number[] = []
  for (let i = 0; i < LISTS; i++)
    times.push(await measure(async () => JSON.stringify(await log.recordings({ limit: 100 }))))
  const what = 'a list of 100 of all recordings of this log, median'
  return alone(what, 'ms', median(times), { of: 'ours', atMost: 20 })
}

type Ask = () => Promise<unknown>

function questions(audit: AuditPort, recordings: number): [string, Ask][] {
  const page = { order: 'oldest', limit: 100 } as const
  const late = { ...page, from: startOf(recordings - 50) }
  const nobody = { ...page, client: 'nobody' }
  return [
    ['events of a type, the newest', () => audit.events({ ...page, order: 'newest' })],
    ['events of a late period', () => audit.events(late)],
    [
      'events of a type that there is not',
      () => audit.events({ ...page, types: ['keys.rotated'] }),
    ],
    ['refusals', () => audit.refusals(page)],
    ['refusals of a client that has none', () => audit.refusals({ ...nobody, client: 'ui' })],
    ['accesses of a late period', () => audit.accesses(late)],
    ['gaps', () => audit.gaps(page)],
    ['gaps of a reason that there is not', () => audit.gaps({ ...page, reasons: ['locked'] })],
    ['long pauses', () => audit.longPauses({ ...page, minSeconds: 300 })],
    ['long pauses, none so long', () => audit.longPauses({ ...page, minSeconds: 86_400 })],
    ['recordings without a tag', () => audit.untagged(page)],
    ['recordings without a key, of nobody', () => audit.untagged({ ...nobody, key: 'customer' })],
    ['client activity of all days', () => audit.clientActivity(page)],
    ['client activity of a late period', () => audit.clientActivity(late)],
  ]
}

async function measure(ask: Ask): Promise<number> {
  const began = performance.now()
  await ask()
  return performance.now() - began
}
