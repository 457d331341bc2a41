import { text } from 'node:stream/consumers'
import type { Io } from './command.ts'
import { UsageError } from './problem.ts'

/** The option of commands that need a reason. */
export const REASON_OPTION = {
  kind: 'text',
  value: 'TEXT',
  help: 'The reason. `-` reads it from stdin.',
} as const

/** Returns the reason that `--reason` gives, or stdin. Throws {@link UsageError}. */
export async function reasonOf(given: string | undefined, { stdin }: Io): Promise<string> {
  if (given === undefined) throw new UsageError('The option --reason is missing.')
  const reason = given === '-' ? (await text(stdin as NodeJS.ReadableStream)).trim() : given
  if (reason === '') throw new UsageError('The reason is empty.')
  return reason
}
