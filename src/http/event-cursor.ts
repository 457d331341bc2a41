import { invalid } from './validate.ts'

/** The cursor of the page that begins after an event. Opaque to clients, so that it can change. */
export function eventCursor(position: number): string {
  return Buffer.from(`after ${position}`).toString('base64url')
}

/** The position in a cursor of {@link eventCursor}; throws INVALID_REQUEST for anything else. */
export function positionOf(cursor: string): number {
  const position = /^after (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (position === undefined)
    throw invalid([{ pointer: '/cursor', detail: 'This is not a cursor of this list.' }])
  return Number(position)
}
