import { RecorderError } from '../contract/errors.ts'

/** Makes a cursor of a place in an order of keys; opaque to clients. */
export function encodeCursor(place: string): string {
  return Buffer.from(place).toString('base64url')
}

/** The place in a cursor. Throws INVALID_REQUEST when it is not one of ours. */
export function decodeCursor(cursor: string, isPlace: (text: string) => boolean): string {
  const place = Buffer.from(cursor, 'base64url').toString()
  if (!isPlace(place) || encodeCursor(place) !== cursor) {
    const detail = 'The cursor is not one that this list has given.'
    throw new RecorderError('INVALID_REQUEST', detail, {
      members: { errors: [{ pointer: '/cursor', detail }] },
    })
  }
  return place
}
