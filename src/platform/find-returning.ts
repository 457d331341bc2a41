import { setTimeout as delay } from 'node:timers/promises'

/** How long a command waits for a server that has gone, and how often it tries again. */
export const RETURN_MS = 4_000
/** The wait between two attempts to reach a server that has gone. */
export const RETURN_STEP_MS = 100

/**
 * Finds something of a server. While the server may come back, it tries again, for at most 4 s.
 * Rejects like the last attempt.
 */
export async function findReturning<T>(
  find: () => Promise<T>,
  isReturning: () => boolean,
): Promise<T> {
  const giveUpAt = performance.now() + RETURN_MS
  for (;;) {
    try {
      return await find()
    } catch (error) {
      if (!isReturning() || performance.now() >= giveUpAt) throw error
      await delay(RETURN_STEP_MS, undefined, { ref: false })
    }
  }
}
