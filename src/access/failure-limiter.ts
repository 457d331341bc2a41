/** Counts wrong credentials in a sliding window. */
export interface FailureLimiter {
  /**
   * Notes a wrong credential: null while there are few, otherwise after how many whole seconds to
   * try again.
   */
  fail(): number | null
}

/**
 * Makes guessing slow. Only wrong credentials are counted and only they are refused: whoever has a
 * right one is never locked out by somebody else's guesses. The count is the machine's, since every
 * client has the same address.
 */
export function createFailureLimiter(options: {
  limit: number
  windowMs: number
  now: () => number
}): FailureLimiter {
  const failures: number[] = []
  return {
    fail() {
      const now = options.now()
      while (failures.length > 0 && failures[0]! <= now - options.windowMs) failures.shift()
      if (failures.length < options.limit) {
        failures.push(now)
        return null
      }
      return Math.max(1, Math.ceil((failures[0]! + options.windowMs - now) / 1000))
    },
  }
}
