const READ_ONLY = /EROFS|Read-only file system/i
/** Error codes of POSIX and Windows, and the words of LevelDB that carry no code. */
const FORBIDDEN = /EACCES|EPERM|Permission denied/i

/**
 * Returns why a folder cannot be written, and what to do about it, when an error or one of its
 * causes says that the folder is read-only; undefined for all other errors.
 */
export function readOnlyProblem(folder: string, error: unknown): string | undefined {
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code, message } = at as { code?: unknown; message?: unknown }
    const text = `${code} ${message}`
    if (READ_ONLY.test(text))
      return `The home folder ${folder} is on a file system that is mounted read-only. Nothing is damaged. Mount it writable, or use another home folder (--home).`
    if (FORBIDDEN.test(text))
      return `The recorder may not write to the home folder ${folder}, or to a file in it. Nothing is damaged. Give your account write permission to the folder and everything in it, or use another home folder (--home).`
  }
  return undefined
}
