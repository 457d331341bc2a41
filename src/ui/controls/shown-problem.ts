import { ConnectionError, RecorderProblem } from '../../client/errors.ts'
import { CARD_NUMBER_DETAIL } from '../../contract/card-number.ts'
import type { PageProblem } from '../i18n/problems/problem-texts.ts'

const CARD_NUMBER: PageProblem = 'CARD_NUMBER'

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
    const isCardNumber =
      errors.length > 0 && errors.every((one) => one.detail === CARD_NUMBER_DETAIL)
    if (isCardNumber) return { code: CARD_NUMBER, title, remedy }
    const details = errors.map((one) => one.detail).join(' ')
    return { code, title, detail: details || detail, remedy }
  }
  if (!(error instanceof ConnectionError)) console.error(error)
  return null
}
