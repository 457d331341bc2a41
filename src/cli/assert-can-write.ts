import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { localProblem } from './problem.ts'

/**
 * Throws when a file exists that is not to be overwritten, or cannot be written there. It is called
 * before the file is made, which may take minutes.
 */
export async function assertCanWrite(file: string, overwrite: boolean): Promise<void> {
  if (!overwrite && (await exists(file))) {
    throw localProblem('FAILED', 'The file exists already.', {
      detail: `${file} was not overwritten.`,
      remedy: 'Choose another name with --output, or overwrite it with --force.',
    })
  }
  const folder = dirname(file)
  await access(folder, constants.W_OK).catch((cause) => {
    throw localProblem('FAILED', 'The file cannot be written there.', {
      detail: `${folder} does not exist, or you may not write to it.`,
      remedy: 'Choose a file in another folder with --output.',
      cause,
    })
  })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
