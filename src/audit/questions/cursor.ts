import { RecorderError } from '../../contract/errors.ts'

/** Encodes the place where a page ends as a cursor, which is opaque to clients. */
export function encodeCursor(list: string, ...place: (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url')
}

/**
 * Decodes the cursor of a list; undefined without one. `isPlace` decides whether it can be one of
 * that list. Throws INVALID_REQUEST.
 */
export function decodeCursor<T extends (string | number)[]>(
  list: string,
  cursor: string | undefined,
  isPlace: (place: unknown[]) => place is T,
): T | undefined {
  if (cursor === undefined) return undefined
  try {
    const [name, ...place] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (name === list && isPlace(place) && encodeCursor(list, ...place) === cursor) return place
  } catch {
    // Not JSON, so not ours.
  }
  const detail = 'The cursor is not one of this list. Use the `nextCursor` of the page before.'
  throw invalid('/cursor', detail)
}

/** Returns an INVALID_REQUEST with one fault. */
export function invalid(
  pointer: string,
  detail: string,
  members: Record<string, unknown> = {},
): RecorderError {
  return new RecorderError('INVALID_REQUEST', detail, {
    members: { errors: [{ pointer, detail }], ...members },
  })
}

const isPosition = (place: unknown[]): place is [number] =>
  place.length === 1 && Number.isSafeInteger(place[0]) && (place[0] as number) > 0

/**
 * Decodes a cursor that names a position of the log. Throws INVALID_REQUEST for one that the log
 * does not have: its client knows another log.
 */
export function decodePosition(
  list: string,
  cursor: string | undefined,
  lastPosition: number,
): number | undefined {
  const position = decodeCursor(list, cursor, isPosition)?.[0]
  if (position === undefined || position <= lastPosition) return position
  const detail = `The log ends at position ${lastPosition}, before this cursor. It was restored from a backup, or it is another log. Begin again without a cursor.`
  throw invalid('/cursor', detail, { lastPosition })
}
