import type { CaptureProblem } from './capture-problem.ts'

/**
 * Looks after a screen while it is captured, for what the capture itself does not notice or cannot
 * name.
 */
export interface ScreenWatch {
  /**
   * Asks now: resolves with what is wrong, undefined when all is as it was at the start. Within 2
   * s; never rejects.
   */
  check(): Promise<CaptureProblem | undefined>
  stop(): void
}

/** Starts a watch, which calls back once, when something is wrong. */
export type StartScreenWatch = (onProblem: (problem: CaptureProblem) => void) => ScreenWatch
