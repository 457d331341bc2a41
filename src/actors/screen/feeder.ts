import { type CaptureProblem, exitProblem } from '../../platform/capture-problem.ts'
import type { Child, ChildCommand, ChildExit, ChildOptions } from '../../processes/child-process.ts'
import { terminate } from '../../processes/terminate.ts'
import { within } from '../../time/within.ts'

/** A feeder has closed its output before it ends, so that the encoder may end before it. */
const END_MS = 300

/** The program that a feeder feeds, and how it is started itself. */
export interface FeederParts {
  encoder: Child
  env: NodeJS.ProcessEnv
  start: (command: ChildCommand, options: ChildOptions) => Child
  /** Called with the reason when no program will feed the encoder. */
  onProblem: (error: unknown) => void
}

/**
 * A program that writes its output to the stdin of an encoder, past this process. It is started as
 * soon as it is known.
 */
export class Feeder {
  #child: Child | undefined
  #isOver = false

  constructor(command: Promise<ChildCommand>, { encoder, env, start, onProblem }: FeederParts) {
    const { stdin } = encoder
    const begin = (known: ChildCommand): void => {
      if (!this.#isOver) this.#child = start(known, { env, ...(stdin ? { stdout: stdin } : {}) })
    }
    void command.then(begin, (error) => {
      // What it was to be fed from has been closed with it.
      if (!this.#isOver) onProblem(error)
    })
  }

  /** Ends it at once, or lets it never begin. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isOver = true
    if (this.#child) await terminate(this.#child)
  }

  /**
   * Why it has died, which has ended its encoder. Undefined when the encoder has ended for another
   * reason than the end of its input.
   */
  async problem(encoderExit: ChildExit): Promise<CaptureProblem | undefined> {
    if (this.#child === undefined || encoderExit.code !== 0) return undefined
    const exit = await within(this.#child.exited, END_MS)
    return exit && exitProblem('The frame reader', this.#child, exit)
  }
}
