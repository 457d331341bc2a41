import { within } from '../time/within.ts'
import type { Child, ChildExit } from './child-process.ts'

/** A way to ask a process to end, and its limit to do so. */
export interface TerminationStep {
  ask: NodeJS.Signals | (() => void)
  waitMs: number
}

/**
 * Ends a process: takes the steps one after the other, then sends SIGKILL, which also ends a
 * stopped or hanging process. Resolves when it is really gone.
 */
export async function terminate(
  child: Child,
  steps: readonly TerminationStep[] = [],
): Promise<ChildExit> {
  child.expectExit()
  for (const step of steps) {
    if (typeof step.ask === 'function') step.ask()
    else child.kill(step.ask)
    const exit = await within(child.exited, step.waitMs)
    if (exit !== undefined) return exit
  }
  child.kill('SIGKILL')
  return child.exited
}
