import { userInfo } from 'node:os'

/**
 * Returns the name of the user who runs this program, as it stands in `by.user` of every event; an
 * account that has none, such as one of a container, is called by its number: `uid 54321`.
 */
export function userName(read: () => { username: string } = userInfo): string {
  try {
    return read().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
