import { basename } from 'node:path'
import {
  type Child,
  type ChildCommand,
  type ChildOptions,
  startChild,
} from '../../processes/child-process.ts'
import type { Spares } from '../spares.ts'
import type { PipelineEvents } from './pipeline.ts'

/** Starts a program of a pipeline, or uses a spare of it, and reports it while it runs. */
export function startObserved(
  command: ChildCommand,
  options: ChildOptions,
  report: PipelineEvents['process'],
  spares?: Spares,
): Child {
  const child = spares?.start(command, options) ?? startChild(command, options)
  const { pid } = child
  if (pid === undefined) return child
  // The folder of a program may name a person.
  const program = basename(command.program)
  report({ pid, program, isRunning: true })
  void child.exited.then(() => report({ pid, program, isRunning: false }))
  return child
}
