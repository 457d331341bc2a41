import type { LogEvent } from '../../../src/contract/events.ts'
import {
  decodeRecord,
  encodeRecord,
  GENESIS,
  hashRecord,
} from '../../../src/store/records/record.ts'
import { createWitness } from '../../../src/store/witness/witness.ts'
import { withDatabase } from './scratch.ts'

const EVENTS = { gte: 'event/', lt: 'event0' }

/**
 * Changes the stored events of a closed log, and chains them again, with head and witness: as
 * somebody does who knows how the log is made.
 */
export async function rewriteLog(
  folder: string,
  change: (stored: LogEvent, all: readonly LogEvent[]) => LogEvent,
): Promise<void> {
  const head = { position: 0, hash: GENESIS }
  await withDatabase(folder, async (db) => {
    const records = await db.iterator(EVENTS).all()
    const events = records.map(([, record]) => decodeRecord(record))
    for (const [i, [key]] of records.entries()) {
      const record = encodeRecord(head.hash, change(events[i] as LogEvent, events))
      Object.assign(head, { position: i + 1, hash: hashRecord(record) })
      await db.put(key, record)
    }
    await db.put('meta/head', JSON.stringify(head))
    await db.del('meta/projections')
  })
  await createWitness(`${folder}.head`, head)
}
