import { StallWatch } from './stall-watch.ts'

/** Resolves with the value of a promise, or with undefined when it takes longer than `limitMs`. */
export async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** Like {@link within}, but the time in which this process was held does not count. */
export async function withinTicks<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
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
