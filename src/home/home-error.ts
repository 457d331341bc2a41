/** The home folder or a file in it cannot be used. The message says why and what to do. */
export class HomeError extends Error {
  override name = 'HomeError'
}

/** The system's code of an error, e.g. `ENOENT`; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** The message of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
