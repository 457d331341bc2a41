/** Error codes of POSIX, and the words of programs and LevelDB that carry no code. */
const FULL = /ENOSPC|EDQUOT|No space left|(disk )?quota/i

/**
 * Whether an error says that a disk or a quota is full. Looks at this error only, not at its
 * causes.
 */
export function isDiskFull(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return FULL.test(`${code} ${message}`)
}

/**
 * Returns for a person what to do when a start has failed because the disk of the home folder is
 * full, as the error or one of its causes says; undefined for all other errors.
 */
export function diskFullProblem(folder: string, error: unknown): string | undefined {
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause)
    if (isDiskFull(at))
      return `The disk of the home folder ${folder} is full, so the recorder cannot start. Nothing is damaged. Free some space on it, or use another home folder (--home).`
  return undefined
}
