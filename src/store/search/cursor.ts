import { RecorderError } from '../../contract/errors.ts'

/** Encodes a sort key as a cursor, which is opaque to clients. */
export function encodeCursor(sortKey: string): string {
  return Buffer.from(sortKey).toString('base64url')
}

/** Decodes the sort key in a cursor. Throws INVALID_REQUEST when this list has not issued it. */
export function decodeCursor(cursor: string, isSortKey: (text: string) => boolean): string {
  const sortKey = Buffer.from(cursor, 'base64url').toString()
  if (!isSortKey(sortKey) || encodeCursor(sortKey) !== cursor) {
    const detail = 'The cursor is not one of this list. Use the cursor of the page before.'
    throw new RecorderError('INVALID_REQUEST', detail, {
      members: { errors: [{ pointer: '/cursor', detail }] },
    })
  }
  return sortKey
}
