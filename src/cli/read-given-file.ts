import { readFile } from 'node:fs/promises'
import { codeOf, messageOf } from '../home/home-error.ts'
import { localProblem } from './problem.ts'

/** Reads a file that the command line names. `what`: the title of the problem with it. */
export async function readGivenFile(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const detail =
      codeOf(cause) === 'ENOENT'
        ? `${path} does not exist.`
        : `The system reports: ${messageOf(cause)}.`
    throw localProblem('FAILED', what, { detail, cause })
  }
}
