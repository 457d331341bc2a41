import { RecorderError } from '../../contract/errors.ts'

/** More members than any object of a request can have. */
const MOST_MEMBERS = 256

/**
 * Refuses a body with an object or list of more than 256 members. Counting is cheap; checking
 * thousands of them one by one would delay everybody. Throws INVALID_REQUEST.
 */
export function refuseManyMembers(body: unknown): void {
  if (typeof body !== 'object' || body === null) return
  for (const [name, value] of [
    ['', body] as const,
    ...Object.entries(body).slice(0, MOST_MEMBERS),
  ]) {
    if (typeof value !== 'object' || value === null) continue
    const count = Object.keys(value).length
    if (count <= MOST_MEMBERS) continue
    const detail = `There are ${count} members; at most ${MOST_MEMBERS} are possible.`
    const pointer = name === '' ? '' : `/${name}`
    throw new RecorderError('INVALID_REQUEST', 'The body has too many members.', {
      members: { errors: [{ pointer, detail }] },
    })
  }
}
