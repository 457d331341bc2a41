/** A range of a file's bytes, both ends included. */
export interface ByteRange {
  first: number
  last: number
}

/**
 * Parses a Range header (RFC 9110, 14.2) for a file of `size` bytes. Returns the one range it asks
 * for, or `unsatisfiable` (416). Returns null when the whole file must be sent: a missing header,
 * several ranges, another unit and nonsense are ignored.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '')
  if (match === null) return null
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return null
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < first) return null
  return first >= size ? 'unsatisfiable' : { first, last }
}
