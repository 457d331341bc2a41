import { signal } from '@preact/signals'

/** The least that the recorder's clock was behind this page's, in milliseconds. */
let offsetMs = 0

/** Corrects the offset of the recorder's clock by the time of an event that has just happened. */
export function observeTime(at: string): void {
  const observed = Date.parse(at) - Date.now()
  // An event arrives late, never early; a clock that was set shows as a large difference.
  if (observed > offsetMs || offsetMs - observed > 2_000) offsetMs = observed
}

/** Returns the recorder's time, in milliseconds since 1970. */
export function recorderNow(): number {
  return Date.now() + offsetMs
}

/** Ticks four times a second while the page can be seen, for running times and levels. */
export const tick = signal(0)
setInterval(() => {
  if (!document.hidden) tick.value++
}, 250)
document.addEventListener('visibilitychange', () => tick.value++)
