/** Limits wrong credentials in a sliding window. */
export interface FailureLimiter {
  /**
   * Records a wrong credential. Returns null below the limit, otherwise the whole seconds after
   * which to try again.
   */
  recordFailure(): number | null
}

/**
 * Creates the limiter that slows down guessing. Only wrong credentials are counted and refused, so
 * nobody's guesses lock out a client with a valid one. The machine has one count, because all
 * clients have the same address.
 */
export function createFailureLimiter(options: {
  limit: number
  windowMs: number
  now: () => number
}): FailureLimiter {
  const failures: number[] = []
  return {
    recordFailure() {
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
