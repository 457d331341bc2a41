import { type EventObject, fromCallback } from 'xstate'

/**
 * Longest single wait: a machine that slept, or whose clock was set, is noticed within this time.
 */
const CHECK_MS = 30_000

/**
 * An actor that calls `fire` once when the wall clock reaches `input.at` (RFC 3339), also when that
 * time has already gone by; never when it is empty.
 */
export function clockActor(fire: () => void, now: () => number = Date.now) {
  return fromCallback<EventObject, { at: string }>(({ input }) => {
    if (input.at === '') return
    const at = Date.parse(input.at)
    let timer: NodeJS.Timeout | undefined
    // The daemon lives by its server; a clock alone is no reason to.
    const arm = (ms: number): void => {
      timer = setTimeout(wait, ms).unref()
    }
    const wait = (): void => {
      const left = at - now()
      if (left <= 0) fire()
      else arm(Math.min(left, CHECK_MS))
    }
    arm(0)
    return () => clearTimeout(timer)
  })
}
