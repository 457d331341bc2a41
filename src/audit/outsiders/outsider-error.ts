import type { OutsiderProblem } from '../../contract/outsiders.ts'

/** The reason why an outsider has not confirmed a checkpoint, in a whole sentence. */
export class OutsiderError extends Error {
  override readonly name = 'OutsiderError'
  readonly code: OutsiderProblem

  constructor(code: OutsiderProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Runs a step on this computer. Rejects with an OutsiderError `local` that names the step. */
export async function locally<T>(step: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    throw new OutsiderError('local', `${step}.`, { cause })
  }
}
