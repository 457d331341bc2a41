import { StallWatch } from './stall-watch.ts'

/**
 * Resolves with the value of a promise, or with undefined when it takes longer than `limitMs`. The
 * time in which this process was held does not count: the value may have come meanwhile.
 */
export async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let watch: StallWatch | undefined
  const limit = new Promise<undefined>((resolve) => {
    watch = new StallWatch(limitMs, () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    watch?.stop()
  }
}
