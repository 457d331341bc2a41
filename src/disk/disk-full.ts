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
