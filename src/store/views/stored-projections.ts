import { withoutChecksum } from '../database/checksum.ts'
import {
  type Database,
  type Operation,
  storageError,
  wrapReadErrors,
} from '../database/database.ts'
import { PROJECTIONS_KEY, recordingKey } from '../database/keys.ts'
import { PROJECTION_VERSION, type RecordingProjection } from '../projection/recording.ts'

/** Returns the operation that stores up to which position the projections are folded. */
export function projectionsEntry(position: number) {
  return {
    type: 'put',
    key: PROJECTIONS_KEY,
    value: JSON.stringify({ version: PROJECTION_VERSION, position }),
  } as const satisfies Operation
}

/** Returns whether the stored projections have this version and are folded up to a position. */
export async function areProjectionsCurrent(db: Database, position: number): Promise<boolean> {
  const stored = await wrapReadErrors(() => db.get(PROJECTIONS_KEY))
  return stored === undefined ? position === 0 : stored === projectionsEntry(position).value
}

/**
 * Reads the projection of a closed recording; undefined for one that is open, or that does not
 * exist. Rejects with STORAGE_UNAVAILABLE, {@link DamagedViewError} among them.
 */
export async function readProjection(
  db: Database,
  id: string,
): Promise<RecordingProjection | undefined> {
  return wrapReadErrors(async () => decodeProjection(id, await db.get(recordingKey(id))))
}

/** Whether there is a closed recording. Rejects with STORAGE_UNAVAILABLE. */
export function hasProjection(db: Database, id: string): Promise<boolean> {
  return wrapReadErrors(() => db.has(recordingKey(id)))
}

/**
 * Reads the same as {@link readProjection} synchronously, in some microseconds, for folding. Throws
 * the same errors.
 */
export function readProjectionSync(db: Database, id: string): RecordingProjection | undefined {
  let value: string | undefined
  try {
    value = db.getSync(recordingKey(id))
  } catch (error) {
    throw storageError('The log cannot be read', error)
  }
  return decodeProjection(id, value)
}

/** Decodes the record of a closed recording. Throws {@link DamagedViewError}. */
export function decodeProjection(
  id: string,
  value: string | undefined,
): RecordingProjection | undefined {
  return value === undefined ? undefined : JSON.parse(withoutChecksum(recordingKey(id), value))
}
