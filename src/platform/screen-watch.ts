import type { CaptureProblem } from './capture-problem.ts'

/**
 * Watches a screen while it is captured, for problems that the capture itself does not notice or
 * cannot name.
 */
export interface ScreenWatch {
  /**
   * Checks now. Resolves within 2 s with the problem, or undefined when nothing has changed since
   * the start. Never rejects.
   */
  check(): Promise<CaptureProblem | undefined>
  stop(): void
}

/** Starts a watch, which calls back once, when it finds a problem. */
export type StartScreenWatch = (onProblem: (problem: CaptureProblem) => void) => ScreenWatch
