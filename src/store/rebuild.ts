import { type Changes, changeOperations, foldInto } from './changes.ts'
import { type Database, storageError, writeBatch } from './database.ts'
import { eventRange, PROJECTIONS, PROJECTIONS_KEY } from './keys.ts'
import { projectionsAt, readProjectionSync } from './projections.ts'
import { recordEvent } from './record.ts'

const CHUNK = 1_000

/**
 * Drops all projections and folds them anew from the events up to a position. Should it be cut
 * short, opening finds no mark of how far they are, and begins again. Rejects with
 * STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function rebuildProjections(db: Database, position: number): Promise<void> {
  try {
    await db.del(PROJECTIONS_KEY, { sync: true })
    await db.clear(PROJECTIONS)
    for (let from = 1; from <= position; from += CHUNK) {
      const changes: Changes = new Map()
      for (const value of await db
        .values(eventRange(from, Math.min(from + CHUNK - 1, position)))
        .all())
        foldInto(changes, recordEvent(value), (id) => readProjectionSync(db, id))
      await writeBatch(db, await changeOperations(db, changes))
    }
    await writeBatch(db, [projectionsAt(position)])
  } catch (error) {
    throw storageError('The projections of the log cannot be made anew', error)
  }
}
