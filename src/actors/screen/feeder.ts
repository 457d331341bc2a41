import { type CaptureProblem, exitProblem } from '../../platform/capture-problem.ts'
import type { Child, ChildCommand, ChildExit } from '../../processes/child-process.ts'
import { within } from '../../time/within.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { PipelineEvents } from '../segment/pipeline.ts'

/** A feeder has closed its output before it ends, so that the encoder may end before it. */
const END_MS = 300

/** Starts a program that writes its output to the stdin of the encoder, past this process. */
export function startFeeder(
  command: ChildCommand,
  encoder: Child,
  env: NodeJS.ProcessEnv,
  report: PipelineEvents['process'],
): Child {
  const { stdin } = encoder
  return startObserved(command, { env, ...(stdin ? { stdout: stdin } : {}) }, report)
}

/**
 * Why a feeder has died, which has ended an encoder. Undefined when there is none, or the encoder
 * has ended for another reason than the end of its input.
 */
export async function feederProblem(
  feeder: Child | undefined,
  encoderExit: ChildExit,
): Promise<CaptureProblem | undefined> {
  if (feeder === undefined || encoderExit.code !== 0) return undefined
  const exit = await within(feeder.exited, END_MS)
  return exit && exitProblem('The frame reader', feeder, exit)
}
