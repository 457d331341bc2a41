import { ConnectionError, RecorderProblem } from '../../client/errors.ts'

/** Why the list could not be read, in the recorder's words; `unreachable` when it has none. */
export type ListProblem =
  | { kind: 'unreachable' }
  | { kind: 'refused'; title: string; detail: string | undefined; remedy: string | undefined }

/** Returns the problem of an error of the client. */
export function toListProblem(error: unknown): ListProblem {
  if (error instanceof RecorderProblem) {
    const { title, detail, remedy, errors } = error
    const details = errors.map((one) => one.detail).join(' ')
    return { kind: 'refused', title, detail: details || detail, remedy }
  }
  if (!(error instanceof ConnectionError)) console.error(error)
  return { kind: 'unreachable' }
}
