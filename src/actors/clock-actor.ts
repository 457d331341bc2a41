import { type EventObject, fromCallback } from 'xstate'

/** Longest single wait, so that a sleep or a step of the clock is noticed within this time. */
const CHECK_MS = 30_000

/**
 * Creates an actor that calls `fire` once when the clock `now` (epoch ms) reaches `input.at` (RFC
 * 3339), also when that time is already over. It never calls it when `input.at` is empty.
 */
export function clockActor(fire: () => void, now: () => number) {
  return fromCallback<EventObject, { at: string }>(({ input }) => {
    if (input.at === '') return
    const at = Date.parse(input.at)
    let timer: NodeJS.Timeout | undefined
    // A waiting clock must not keep the process alive; the server does.
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
