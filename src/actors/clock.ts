import { type EventObject, fromCallback } from 'xstate'

/** Longest single wait: a machine that slept, or whose clock was set, is noticed within this time. */
const CHECK_MS = 30_000

/** An actor that calls `fire` once when the wall clock reaches `input.at` (RFC 3339), also when that time has already gone by. */
export function clockActor(fire: () => void, now: () => number = Date.now) {
  return fromCallback<EventObject, { at: string }>(({ input }) => {
    const at = Date.parse(input.at)
    let timer: NodeJS.Timeout | undefined
    const wait = (): void => {
      const left = at - now()
      if (left <= 0) fire()
      else timer = setTimeout(wait, Math.min(left, CHECK_MS))
    }
    timer = setTimeout(wait, 0)
    return () => clearTimeout(timer)
  })
}
