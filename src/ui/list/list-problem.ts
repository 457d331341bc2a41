import { ConnectionError, RecorderProblem } from '../../client/errors.ts'
import type { ShownProblem } from '../controls/problem-text.tsx'

/** Why the list could not be read, in the recorder's words; `unreachable` when it has none. */
export type ListProblem = { kind: 'unreachable' } | ({ kind: 'refused' } & ShownProblem)

/** Returns the problem of an error of the client. */
export function toListProblem(error: unknown): ListProblem {
  if (error instanceof RecorderProblem) {
    const { code, title, detail, remedy, errors } = error
    const details = errors.map((one) => one.detail).join(' ')
    return { kind: 'refused', code, title, detail: details || detail, remedy }
  }
  if (!(error instanceof ConnectionError)) console.error(error)
  return { kind: 'unreachable' }
}
