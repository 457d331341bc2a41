import { join } from 'node:path'
import { Level } from 'level'
import { TEST_KEYS } from '../../lab/test-keys.ts'
import type { NewEvent } from '../../src/contract/events.ts'
import { openEventLog } from '../../src/store/event-log.ts'

const started: NewEvent = {
  ...{ type: 'daemon.started', recordingId: null, version: null, commandId: null },
  at: '2026-01-05T09:00:00.000Z',
  by: { side: 'system', client: 'recorder', user: 'clerk' },
  data: { version: '0.1.0', platform: 'linux', node: '20' },
}

/**
 * Writes a log into a new home that is opened from its stored state, and changes its fifth event
 * afterwards: only the verification in the background can notice that.
 */
export async function writeDamagedLog(home: string): Promise<void> {
  const folder = join(home, 'log')
  const witnessFile = join(home, 'log.witness')
  const log = await openEventLog({ folder, witnessFile, keys: TEST_KEYS })
  for (let i = 0; i < 21; i++)
    await log.append({ events: Array.from({ length: 1_000 }, () => started) }).committed
  await log.close()
  const db = new Level<string, string>(folder)
  const key = 'event/0000000000000005'
  await db.put(key, ((await db.get(key)) as string).replace('clerk', 'click'))
  await db.close()
}
