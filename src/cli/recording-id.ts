import { ERRORS } from '../contract/errors.ts'
import type { Api } from './connection/api.ts'
import { fetchAllItems } from './connection/fetch-all-items.ts'
import { ProblemError, UsageError } from './problem.ts'

const WHOLE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const BEGINNING = /^[0-9A-Za-z_-]{1,35}$/
const SHOWN = 5
const SHORTEST_ID = 8

/**
 * Returns the id that a person means: `current` (also when there is none), `last` for the newest
 * recording, a whole id, or the beginning of exactly one. A text that fits no recording is returned
 * as it is: the API explains what is wrong with it. Throws {@link UsageError} when several fit, and
 * {@link ProblemError} when a text that is too short for an id begins none.
 */
export async function resolveRecordingId(api: Api, text: string | undefined): Promise<string> {
  if (text === undefined || text === 'current') return 'current'
  if (WHOLE_ID.test(text) || !BEGINNING.test(text)) return text
  if (text === 'last') {
    const newest = await api.recordings({ limit: 1 })
    return newest.items[0]?.id ?? 'current'
  }
  const all = await fetchAllItems((query) => api.recordings(query))
  const fitting = all.map(({ id }) => id).filter((id) => id.startsWith(text))
  if (fitting.length === 0 && text.length < SHORTEST_ID) throw beginsNone()
  if (fitting.length <= 1) return fitting[0] ?? text
  const shown = fitting.slice(0, SHOWN).join(', ')
  const more = fitting.length > SHOWN ? ` and ${fitting.length - SHOWN} more` : ''
  throw new UsageError(`Several recordings begin with this: ${shown}${more}. Give more of the id.`)
}

function beginsNone(): ProblemError {
  const code = 'RECORDING_NOT_FOUND'
  const [status, title, remedy] = ERRORS[code]
  const detail = 'No id begins with this.'
  return new ProblemError({ type: `urn:f2f:error:${code}`, code, status, title, detail, remedy })
}
