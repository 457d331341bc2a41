import { setFlagsFromString } from 'node:v8'

const LOOK_MS = 1_000
/** Share of the time in which the event loop ran, from which a program is busy. */
const BUSY = 0.6

/**
 * Lets V8's young generation grow while the event loop of this process is busy, and only then. A
 * program that starts small (`--semi-space-growth-factor=1`) collects its garbage after each
 * megabyte. That costs nothing while little happens, and half of the processor time under load. V8
 * makes the young generation small again by itself when little is allocated. Returns the function
 * that ends it.
 */
export function growYoungGenerationUnderLoad(): () => void {
  let before = performance.eventLoopUtilization()
  let isGrowing = false
  const look = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const isBusy = performance.eventLoopUtilization(now, before).utilization >= BUSY
    before = now
    if (isBusy === isGrowing) return
    isGrowing = isBusy
    setFlagsFromString(`--semi-space-growth-factor=${isBusy ? 2 : 1}`)
  }, LOOK_MS)
  look.unref()
  return () => clearInterval(look)
}
