import type { ErrorCode } from '../../../contract/errors.ts'

/**
 * The title and the remedy of each error, for a person at the page. The recorder's own words are
 * English, and for developers.
 */
export type ProblemTexts = Readonly<Record<ErrorCode, readonly [title: string, remedy: string]>>
