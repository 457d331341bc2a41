/**
 * Compares the log with itself: values of clients sealed, and the same values plain, as 0.1 wrote
 * them. Rounds alternate in one run.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { TEST_KEYS } from '../lab/test-keys.ts'
import type { LogEvent } from '../src/contract/events.ts'
import { openEventLog } from '../src/store/event-log.ts'
import { decodeRecord, encodeRecord, GENESIS, hashRecord } from '../src/store/records/record.ts'
import { ValueSeals } from '../src/store/sealing/value-seals.ts'
import { createWitness } from '../src/store/witness/witness.ts'
import { writeRecording } from '../test/store/support/corruption.ts'
import type { Pace } from './pace.ts'
import { compared, type Findings } from './table.ts'

const EVENTS = { gte: 'event/', lt: 'event0' }

/** Measures the opening of a log of many recordings. */
export async function benchSealedValues({
  sealedRecordings: recordings,
  sealedRounds,
}: Pace): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-seals-'))
  const [sealed, plain] = [join(folder, 'sealed'), join(folder, 'plain')]
  try {
    await writeRecordings(sealed, recordings)
    await cp(sealed, plain, { recursive: true })
    await openValues(plain)
    // Each opening moves what was written before to tables; the first one of the plain log, too.
    for (const log of [sealed, plain]) for (let i = 0; i < 2; i++) await open(log)
    const seconds: Record<'sealed' | 'plain', number[]> = { sealed: [], plain: [] }
    for (let round = 0; round < sealedRounds; round++) {
      seconds.plain.push(await open(plain))
      seconds.sealed.push(await open(sealed))
    }
    const what = `opening a log of ${recordings} sealed recordings, against plain ones`
    const row = compared(what, 's', seconds.sealed, seconds.plain, { of: 'ratio', atMost: 1.2 })
    return { rows: [row], remarks: [] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Resolves with the seconds that an opening takes. */
async function open(folder: string): Promise<number> {
  const started = performance.now()
  const log = await openEventLog({ keys: TEST_KEYS, folder })
  const seconds = (performance.now() - started) / 1_000
  await log.close()
  return seconds
}

async function writeRecordings(folder: string, count: number): Promise<void> {
  const log = await openEventLog({ keys: TEST_KEYS, folder })
  for (let from = 0; from < count; from += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, count - from) }, (_, i) =>
        writeRecording(log, from + i, 'closed'),
      ),
    )
  await log.close()
}

/** Rewrites a log with its values plain. */
async function openValues(folder: string): Promise<void> {
  const seals = new ValueSeals(TEST_KEYS)
  const db = new Level<string, string>(folder)
  const head = { position: 0, hash: GENESIS }
  await db.open()
  for await (const [key, value] of db.iterator(EVENTS)) {
    const plain: LogEvent = seals.openEvent(decodeRecord(value), () => false)
    const record = encodeRecord(head.hash, plain)
    Object.assign(head, { position: plain.position, hash: hashRecord(record) })
    await db.put(key, record)
  }
  await db.put('meta/head', JSON.stringify(head))
  await db.del('meta/projections')
  await db.close()
  await createWitness(`${folder}.head`, head)
}
