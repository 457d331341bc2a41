import { invalidRequest } from '../requests/validate.ts'

/**
 * Returns the cursor of the page that begins after an event. It is opaque to clients, so its form
 * can change.
 */
export function eventCursor(position: number): string {
  return Buffer.from(`after ${position}`).toString('base64url')
}

/** Parses a cursor of {@link eventCursor}. Throws INVALID_REQUEST for anything else. */
export function positionOf(cursor: string): number {
  const position = /^after (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (position === undefined)
    throw invalidRequest([
      { pointer: '/cursor', detail: 'This cursor does not belong to this list.' },
    ])
  return Number(position)
}
