import { readFile } from 'node:fs/promises'
import { localProblem } from './problem.ts'

/** Reads a file that the command line names. `what`: the title of the problem with it. */
export async function readGivenFile(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const detail = isMissing
      ? `${path} does not exist.`
      : `The system reports: ${cause instanceof Error ? cause.message : cause}.`
    throw localProblem('FAILED', what, { detail, cause })
  }
}
