import type { Compaction } from './compaction.ts'
import type { Database } from './database.ts'
import { REMAINS_KEY, UNSEALED_RANGES } from './keys.ts'

/**
 * Clears what 0.1 has left unsealed, if it has not been done; after an interruption, the next
 * opening does. Rejects with STORAGE_UNAVAILABLE, STORAGE_FULL or errors of LevelDB.
 */
export async function clearRemains(db: Database, compaction: Compaction): Promise<void> {
  if ((await db.get(REMAINS_KEY)) === undefined) return
  await compaction.run(UNSEALED_RANGES)
  await db.del(REMAINS_KEY)
}
