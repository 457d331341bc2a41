import { type Database, type Operation, reading, storageError } from './database.ts'
import { PROJECTIONS_KEY, recordingKey } from './keys.ts'
import { PROJECTION_VERSION, type RecordingProjection } from './projection/recording.ts'

/** The entry that says how far the stored projections are folded. */
export function projectionsAt(position: number) {
  return {
    type: 'put',
    key: PROJECTIONS_KEY,
    value: JSON.stringify({ version: PROJECTION_VERSION, position }),
  } as const satisfies Operation
}

/** Whether the stored projections are of this version and folded up to a position. */
export async function areProjectionsCurrent(db: Database, position: number): Promise<boolean> {
  const stored = await reading(() => db.get(PROJECTIONS_KEY))
  return stored === undefined ? position === 0 : stored === projectionsAt(position).value
}

/** A recording's stored projection. Rejects with STORAGE_UNAVAILABLE. */
export async function readProjection(
  db: Database,
  id: string,
): Promise<RecordingProjection | undefined> {
  return reading(async () => parse(await db.get(recordingKey(id))))
}

/**
 * The same at once, some microseconds: for folding, which must not wait. Throws
 * STORAGE_UNAVAILABLE, or SyntaxError when it is not JSON.
 */
export function readProjectionSync(db: Database, id: string): RecordingProjection | undefined {
  let value: string | undefined
  try {
    value = db.getSync(recordingKey(id))
  } catch (error) {
    throw storageError('The log cannot be read', error)
  }
  return parse(value)
}

function parse(value: string | undefined): RecordingProjection | undefined {
  return value === undefined ? undefined : JSON.parse(value)
}
