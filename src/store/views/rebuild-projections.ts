import { type Database, storageError, writeBatch } from '../database/database.ts'
import { eventRange, PROJECTIONS, PROJECTIONS_KEY } from '../database/keys.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import { decodeRecord } from '../records/record.ts'
import {
  applyEvent,
  changeOperations,
  type NameTag,
  type ProjectionChanges,
} from './projection-changes.ts'
import { projectionsEntry, readProjectionSync } from './stored-projections.ts'

const CHUNK = 1_000

/**
 * Deletes all projections and folds them again from the events up to a position. `onProgress` is
 * told up to which one that is done. After an interruption, or when they are not complete because
 * the keys are missing, their position is missing, so the next opening starts over. Rejects with
 * STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function rebuildProjections(
  db: Database,
  position: number,
  { nameTag, isComplete }: { nameTag: NameTag; isComplete: boolean },
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  try {
    await db.del(PROJECTIONS_KEY, { sync: true })
    await db.clear(PROJECTIONS)
    // Those that are not closed are in memory only.
    const open = new Map<string, RecordingProjection>()
    for (let from = 1; from <= position; from += CHUNK) {
      const changes: ProjectionChanges = new Map()
      for (const value of await db
        .values(eventRange(from, Math.min(from + CHUNK - 1, position)))
        .all())
        applyEvent(changes, decodeRecord(value), (id) => open.get(id) ?? readProjectionSync(db, id))
      for (const [id, { after }] of changes) {
        if (after === undefined || after.view.state === 'Closed') open.delete(id)
        else open.set(id, after)
      }
      await writeBatch(db, await changeOperations(db, changes, nameTag))
      onProgress(Math.min(from + CHUNK - 1, position))
    }
    if (isComplete) await writeBatch(db, [projectionsEntry(position)])
  } catch (error) {
    throw storageError('The projections of the log cannot be rebuilt', error)
  }
}
