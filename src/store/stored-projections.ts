import type { TagEntry } from '../contract/views.ts'
import { type Database, type Operation, storageError, wrapReadErrors } from './database.ts'
import { currentTagsRange, PROJECTIONS_KEY, recordingKey } from './keys.ts'
import { PROJECTION_VERSION, type RecordingProjection } from './projection/recording.ts'

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
 * Encodes a projection for its record. The tags of a recording that is not closed are stored beside
 * it.
 */
export function encodeProjection(projection: RecordingProjection): string {
  const { view } = projection
  return JSON.stringify(
    view.state === 'Closed' ? projection : { ...projection, view: { ...view, tags: [] } },
  )
}

/**
 * Reads the stored projection of a closed recording; of one that is not closed without its tags.
 * Rejects with STORAGE_UNAVAILABLE.
 */
export async function readProjection(
  db: Database,
  id: string,
): Promise<RecordingProjection | undefined> {
  return wrapReadErrors(async () => parse(await db.get(recordingKey(id))))
}

/** Reads the stored projection of a recording that is not closed, with its tags. */
export async function readOpenProjection(
  db: Database,
  id: string,
): Promise<RecordingProjection | undefined> {
  const projection = readProjectionSync(db, id)
  if (projection === undefined) return undefined
  const values = await wrapReadErrors(() => db.values(currentTagsRange(id)).all())
  const tags = values.map((value): TagEntry => JSON.parse(value))
  return { ...projection, view: { ...projection.view, tags } }
}

/**
 * Reads the same as {@link readProjection} synchronously, in some microseconds, for folding. Throws
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
