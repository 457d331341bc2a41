/**
 * A problem as the API describes it (RFC 9457 with `code`), or in the same shape where the API
 * was never reached.
 */
export interface Problem {
  title: string
  detail?: string
  remedy?: string
  code: string
  status?: number
  /** Mistakes in a request, by JSON Pointer (RFC 6901). */
  errors?: { pointer: string; detail: string }[]
  /** Who controls the recording, where that is in the way. */
  holder?: { side: string; client: string; since: string | null }
  /** Commands that the asking side may give instead. */
  allowedCommands?: string[]
  [member: string]: unknown
}

/** The codes of problems that the command line finds itself; none of them is a code of the API. */
export type LocalCode = 'NO_DAEMON' | 'NO_TOKEN' | 'NO_ANSWER' | 'HOME_UNUSABLE' | 'FAILED'

/** A command was refused or failed: exit code 1. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options)
    this.problem = problem
  }
}

/** A problem of the command line's own. */
export function localProblem(
  code: LocalCode,
  title: string,
  more: { detail?: string; remedy?: string; cause?: unknown } = {},
): ProblemError {
  const { cause, ...said } = more
  return new ProblemError({ title, ...said, code }, { cause })
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}
