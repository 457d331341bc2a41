import type { ErrorCode } from '../../../contract/errors.ts'

/** The faults that the page tells apart although the recorder answers INVALID_REQUEST. */
export type PageProblem = 'CARD_NUMBER'

/**
 * The title and the remedy of each error, for a person at the page. The recorder's own words are
 * English, and for developers.
 */
export type ProblemTexts = Readonly<
  Record<ErrorCode | PageProblem, readonly [title: string, remedy: string]>
>
