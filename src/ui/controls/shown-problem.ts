import { ConnectionError, RecorderProblem } from '../../client/errors.ts'

/** A problem as it is shown: the members of the recorder's answer that a person reads. */
export interface ShownProblem {
  code: string
  title: string
  detail?: string | undefined
  remedy?: string | undefined
}

/**
 * Returns the problem of an error of the client, with the faults of its request as the detail. Null
 * when the recorder gave none; an error that is no broken connection is a fault of the page.
 */
export function toShownProblem(error: unknown): ShownProblem | null {
  if (error instanceof RecorderProblem) {
    const { code, title, detail, remedy, errors } = error
    const details = errors.map((one) => one.detail).join(' ')
    return { code, title, detail: details || detail, remedy }
  }
  if (!(error instanceof ConnectionError)) console.error(error)
  return null
}
