import { type ShownProblem, toShownProblem } from '../controls/shown-problem.ts'

/** Why the list could not be read, in the recorder's words; `unreachable` when it has none. */
export type ListProblem = { kind: 'unreachable' } | ({ kind: 'refused' } & ShownProblem)

/** Returns the problem of an error of the client. */
export function toListProblem(error: unknown): ListProblem {
  const problem = toShownProblem(error)
  return problem === null ? { kind: 'unreachable' } : { kind: 'refused', ...problem }
}
