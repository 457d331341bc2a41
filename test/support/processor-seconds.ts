import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100

/**
 * Returns the processor time of this process and of its children that have ended, with theirs, in
 * seconds. Elsewhere than on Linux it is that of this process alone.
 */
export function processorSeconds(): number {
  try {
    // The second field is the program's name in brackets. It may contain spaces.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000_000
  }
}
