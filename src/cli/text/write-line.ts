import type { Io } from '../command.ts'

const ENDS = ['drain', 'error', 'close'] as const

/** Writes a line. Waits while the reader of a long output is behind. */
export function writeLine(io: Pick<Io, 'stdout'>, line: string): Promise<void> {
  return writeText(io, `${line}\n`)
}

/** Writes a text as it is. Waits while the reader of a long output is behind. */
export async function writeText({ stdout }: Pick<Io, 'stdout'>, text: string): Promise<void> {
  if (stdout.write(text) !== false || stdout.once === undefined) return
  // A reader that hangs up never drains.
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      for (const name of ENDS) stdout.off?.(name, goOn)
      resolve()
    }
    for (const name of ENDS) stdout.once?.(name, goOn)
  })
}
