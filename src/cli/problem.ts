import type { ProblemMembers } from '../client/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'

/**
 * A problem document of the API (RFC 9457 with `code`), or a problem of the command line's own in
 * the same shape.
 */
export interface Problem extends ProblemMembers {
  code: ErrorCode | LocalCode
  status?: number
  [member: string]: unknown
}

/** Codes of problems that the command line finds itself. None of them is a code of the API. */
export type LocalCode =
  | 'NO_DAEMON'
  | 'NO_TOKEN'
  | 'NO_ANSWER'
  | 'NOT_THE_RECORDER'
  | 'HOME_UNUSABLE'
  | 'CONFIG_INVALID'
  | 'NO_SERVICE_MANAGER'
  | 'SERVICE_FAILED'
  | 'FAILED'

/** A command failed for a reason that the command line found itself. The exit code is 1. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options)
    this.problem = problem
  }
}

/**
 * Creates a problem of the command line's own. Title, detail and remedy are whole sentences: what
 * happened, then what to do.
 */
export function localProblem(
  code: LocalCode,
  title: string,
  more: { detail?: string; remedy?: string; cause?: unknown } = {},
): ProblemError {
  const { cause, ...members } = more
  return new ProblemError({ title, ...members, code }, { cause })
}

/** The command line is not valid. The message is whole sentences. The exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}
