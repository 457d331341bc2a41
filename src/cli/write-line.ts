import type { Io } from './command.ts'

const ENDS = ['drain', 'error', 'close'] as const

/** Writes a line. Waits while the reader of a long output is behind. */
export async function writeLine({ stdout }: Pick<Io, 'stdout'>, line: string): Promise<void> {
  if (stdout.write(`${line}\n`) !== false || stdout.once === undefined) return
  // A reader that hangs up never drains.
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      for (const name of ENDS) stdout.off?.(name, goOn)
      resolve()
    }
    for (const name of ENDS) stdout.once?.(name, goOn)
  })
}
