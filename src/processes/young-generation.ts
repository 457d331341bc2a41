import { setFlagsFromString } from 'node:v8'

const LOOK_MS = 1_000
/** Share of the time in which the event loop ran, from which a program is busy. */
const BUSY = 0.6
/** So many looks in a row must have found it busy: what a start or a stop does is over before. */
const BUSY_LOOKS = 2

/**
 * Lets V8's young generation grow while the event loop of this process is busy, and only then. A
 * program that starts small (`--semi-space-growth-factor=1`) collects its garbage after each
 * megabyte. That costs nothing while little happens, and half of the processor time under load. V8
 * makes the young generation small again by itself when little is allocated.
 */
export function growYoungGenerationUnderLoad(): void {
  let before = performance.eventLoopUtilization()
  let busyLooks = 0
  const look = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const wasGrowing = busyLooks >= BUSY_LOOKS
    const { utilization } = performance.eventLoopUtilization(now, before)
    busyLooks = utilization >= BUSY ? busyLooks + 1 : 0
    before = now
    const isGrowing = busyLooks >= BUSY_LOOKS
    if (isGrowing !== wasGrowing)
      setFlagsFromString(`--semi-space-growth-factor=${isGrowing ? 2 : 1}`)
  }, LOOK_MS)
  look.unref()
}
