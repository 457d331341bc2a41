import { join } from 'node:path'
import { Level } from 'level'
import type { NewEvent } from '../../../../src/contract/events.ts'
import { RecorderBench } from '../../../support/recorder-bench.ts'

/** The database of a log. */
export type Db = Level<string, string>

/** More events than are verified before a log is used. */
const FILLER = 20_000
const RECORDED = { media: ['mic' as const], tags: { customer: 1 } }

/**
 * Writes a log with a closed recording and so many events that their verification takes longer than
 * a start. It is closed, and opened from its stored state the next time.
 */
export async function longLog(): Promise<{ bench: RecorderBench; closed: string }> {
  const bench = await RecorderBench.create()
  const { id: closed } = await bench.command('api', 'recording.start', RECORDED)
  await bench.command('api', 'track.stop')
  await bench.command('api', 'recording.close')
  const filler: NewEvent = {
    ...{ type: 'clock.confirmed', recordingId: null, version: null, commandId: null },
    ...{ at: new Date().toISOString(), data: {} },
    by: { side: 'system', client: 'recorder', user: 'tester' },
  } as never
  for (let written = 0; written < FILLER; written += 1_000)
    await bench.recorder.log.append({ events: Array.from({ length: 1_000 }, () => filler) })
      .committed
  bench.verifiedAtOnce = 100
  await bench.restart()
  await bench.recorder.close()
  return { bench, closed }
}

/** Works on the database of a closed log. */
export async function withClosedLog<T>(
  { folder }: RecorderBench,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const db: Db = new Level(join(folder, 'log'))
  await db.open()
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** Changes who has caused an event, as a bad disk or somebody would. */
export async function changeEvent(db: Db, position: number): Promise<void> {
  const key = `event/${String(position).padStart(16, '0')}`
  await db.put(key, ((await db.get(key)) as string).replace('tester', 'taster'))
}
