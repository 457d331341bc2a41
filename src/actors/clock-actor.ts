import { fromCallback } from 'xstate'

/** Longest single wait, so that a sleep or a step of the clock is noticed within this time. */
const CHECK_MS = 30_000

/**
 * Creates an actor that calls `fire` once when the clock `now` (epoch ms) reaches `input.at` (RFC
 * 3339), also when that time is already over. It never calls it when `input.at` is empty. The
 * message `clock.set` sets another time.
 */
export function clockActor(fire: () => void, now: () => number) {
  return fromCallback<{ type: 'clock.set'; at: string }, { at: string }>(({ input, receive }) => {
    let timer: NodeJS.Timeout | undefined
    // A waiting clock must not keep the process alive; the server does.
    const arm = (at: number, ms: number): void => {
      timer = setTimeout(wait, ms, at).unref()
    }
    const wait = (at: number): void => {
      const left = at - now()
      if (left <= 0) fire()
      else arm(at, Math.min(left, CHECK_MS))
    }
    const set = (at: string): void => {
      clearTimeout(timer)
      if (at !== '') arm(Date.parse(at), 0)
    }
    set(input.at)
    receive(({ at }) => set(at))
    return () => clearTimeout(timer)
  })
}
