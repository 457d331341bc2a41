import { setTimeout as delay } from 'node:timers/promises'

/** How long a command waits for a server that has just gone. */
export const RETURN_MS = 4_000
/** The wait between two attempts to find a server that has just gone, or its devices. */
export const RETURN_STEP_MS = 100

/**
 * Finds something of a server. While something else may come back with the server, it tries again,
 * for at most 4 s. Settles like the last attempt. `isReturning` is asked about what was found;
 * undefined: nothing.
 */
export async function findReturning<T>(
  find: () => Promise<T>,
  isReturning: (found: T | undefined) => boolean,
): Promise<T> {
  const giveUpAt = performance.now() + RETURN_MS
  for (;;) {
    const attempt = find()
    const found = await attempt.catch(() => undefined)
    if (!isReturning(found) || performance.now() >= giveUpAt) return attempt
    await delay(RETURN_STEP_MS, undefined, { ref: false })
  }
}
