/**
 * Compares durable appends through the event log with raw classic-level batches of the same bytes.
 * Rounds alternate in one run, so that a disk that is slow for a while is slow for both.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { TEST_KEYS } from '../lab/test-keys.ts'
import type { By } from '../src/contract/by.ts'
import type { NewEvent } from '../src/contract/events.ts'
import { openEventLog } from '../src/store/event-log.ts'
import type { EventLog } from '../src/store/port.ts'

/** One line of the table: the rate of the event log, and that of plain LevelDB. */
export interface Ratio {
  name: string
  ours: number
  raw: number
  ratio: number
  unit: string
}

const ROUNDS = 6
/** How long a round of {@link rate} is. */
export const ROUND_MS = 700
const BY: By = { side: 'api', client: 'crm', user: 'clerk' }
const AT = '2026-01-05T09:00:00.000Z'

/** Measures tag commands (three events each) from 64 clients and from one, and verification. */
export async function benchStore(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-store-'))
  const sample = await sampleOf(join(folder, 'sample'))
  const log = await openEventLog({ keys: TEST_KEYS, folder: join(folder, 'ours') })
  const raw = new ClassicLevel(join(folder, 'raw'))
  await raw.open()
  const writers = { 'array batches': arrayBatch, 'chained batches': chainedBatch }
  try {
    const ours = await tagger(log)
    const results: Ratio[] = []
    for (const clients of [64, 1]) {
      for (const [kind, write] of Object.entries(writers)) {
        const theirs = rawWriter(sample, (entries) => write(raw, entries))
        const rates: { ours: number; raw: number }[] = []
        const cpu: { ours: number; raw: number }[] = []
        for (let round = 0; round < ROUNDS; round++) {
          const [other, own] = [await measure(clients, theirs), await measure(clients, ours)]
          rates.push({ raw: other.perSecond, ours: own.perSecond })
          cpu.push({ raw: other.perCpuSecond, ours: own.perCpuSecond })
        }
        const name = `durable tag commands, ${clients} at a time, against ${kind}`
        results.push(compare(name, rates))
        results.push(compare(`${name}, by CPU time`, cpu, 'commands/CPU s'))
      }
    }
    await log.close()
    results.push(await benchVerification(join(folder, 'ours')))
    return results
  } finally {
    await log.close()
    await raw.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function compare(name: string, rates: { ours: number; raw: number }[], unit = 'commands/s'): Ratio {
  return {
    name,
    ours: Math.round(median(rates.map(({ ours }) => ours))),
    raw: Math.round(median(rates.map(({ raw }) => raw))),
    ratio: median(rates.map(({ ours, raw }) => ours / raw)),
    unit,
  }
}

/** Compares opening a log with verification with reading the same records unchecked. */
async function benchVerification(folder: string): Promise<Ratio> {
  const rates: { ours: number; raw: number }[] = []
  for (let round = 0; round < 3; round++) {
    const db = new ClassicLevel(folder)
    await db.open()
    let read = 0
    const raw = await perSecond(async () => {
      const records = db.iterator({ gte: 'event/', lt: 'event0', highWaterMarkBytes: 1024 * 1024 })
      for (
        let chunk = await records.nextv(1_000);
        chunk.length > 0;
        chunk = await records.nextv(1_000)
      )
        read += chunk.length
      await records.close()
      return read
    })
    await db.close()
    const ours = await perSecond(async () => {
      const log = await openEventLog({ keys: TEST_KEYS, folder })
      const { position } = log
      await log.close()
      return position
    })
    rates.push({ ours, raw })
  }
  return compare('verifying the log on opening, against reading it', rates, 'events/s')
}

async function perSecond(work: () => Promise<number>): Promise<number> {
  const started = performance.now()
  const done = await work()
  return (done / (performance.now() - started)) * 1_000
}

/** Names the entries that a log of one recording has besides. */
const BESIDE_COMMANDS = ['meta/schema', 'view/list/']

/** The entries that one command writes, and those that one group commit adds. */
interface Sample {
  command: Entry[]
  group: Entry[]
}

type Entry = [key: string, value: string]

async function sampleOf(folder: string): Promise<Sample> {
  const log = await openEventLog({ keys: TEST_KEYS, folder })
  const tag = await tagger(log)
  await tag()
  const { position } = log
  await log.close()
  const db = new ClassicLevel(folder)
  const entries = await db.iterator().all()
  await db.close()
  const events = entries.filter(([key]) => key.startsWith('event/')).slice(-3)
  const positions = entries.filter(([key]) => key.startsWith('view/event/')).slice(-3)
  const tags = entries.filter(([key]) => key.startsWith('view/tags/'))
  const rest = entries.filter(([key]) =>
    /^(view\/tag\/|meta\/(head|projections|lastWrite)$)/.test(key),
  )
  const known = 2 * position + tags.length + rest.length + BESIDE_COMMANDS.length
  if (tags.length !== 1 || rest.length !== 4 || entries.length !== known)
    throw new Error('The log writes entries that this bench does not know.')
  return { command: [...events, ...positions, ...tags], group: rest }
}

const arrayBatch = (db: ClassicLevel, entries: Entry[]): Promise<void> =>
  db.batch(
    entries.map(([key, value]) => ({ type: 'put', key, value })),
    { sync: true },
  )

function chainedBatch(db: ClassicLevel, entries: Entry[]): Promise<void> {
  const batch = db.batch()
  for (const [key, value] of entries) batch.put(key, value)
  return batch.write({ sync: true })
}

/** Writes with the simplest group commit: an array that fills while a batch is being written. */
function rawWriter(
  sample: Sample,
  write: (entries: Entry[]) => Promise<void>,
): () => Promise<void> {
  let count = 0
  let waiting: Entry[] = []
  let next: Promise<void> | undefined
  let writing = Promise.resolve()
  return () => {
    for (const [key, value] of sample.command)
      waiting.push([key.slice(0, -16) + String(++count).padStart(16, '0'), value])
    next ??= writing.then(() => {
      const entries = waiting.concat(sample.group)
      waiting = []
      next = undefined
      writing = write(entries)
      return writing
    })
    return next
  }
}

/** Measures commands a second. Each client sends its next command when the last one is durable. */
export async function rate(clients: number, send: () => Promise<void>): Promise<number> {
  let done = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (; performance.now() - started < ROUND_MS; done++) await send()
    }),
  )
  return (done / (performance.now() - started)) * 1_000
}

async function measure(clients: number, send: () => Promise<void>) {
  const before = process.cpuUsage()
  const perSecond = await rate(clients, send)
  const { user, system } = process.cpuUsage(before)
  return { perSecond, perCpuSecond: (perSecond * ROUND_MS * 1_000) / (user + system) }
}

/** Starts a recording. Returns the function that tags it once. */
export async function tagger(log: EventLog): Promise<() => Promise<void>> {
  const common = { recordingId: 'bench-recording', at: AT, by: BY, commandId: 'bench-command' }
  await log.append({
    events: [
      {
        ...common,
        version: 1,
        type: 'recording.starting',
        data: {
          recordingType: 'both',
          media: ['mic'],
          require: 'all',
          wrapUpSeconds: 30,
          maxDurationSeconds: 14_400,
          endsBy: AT,
        },
      },
      { ...common, version: 2, type: 'recording.started', data: {} },
    ],
  }).committed
  let version = 2
  return () => {
    const events: NewEvent[] = [
      {
        ...common,
        version: ++version,
        type: 'command.accepted',
        data: { command: 'recording.tag' },
      },
      {
        ...common,
        version: ++version,
        type: 'recording.tagged',
        data: { tags: { account: `DE${version}` } },
      },
      {
        ...common,
        version: ++version,
        type: 'command.completed',
        data: { command: 'recording.tag', status: 200 },
      },
    ]
    const answer = { idempotency: undefined, render: () => ({ status: 200, body: null }) }
    return log.append({ events, answers: [answer] }).committed
  }
}
