import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100
/** A shorter time says little: Linux counts whole hundredths. */
const LEAST_MS = 2_000

/** Watches how busy programs keep the machine that this process has not started. Linux only. */
export class OtherPrograms {
  #since = performance.now()
  #before = ticksOfOthers()
  #cores = 0

  /**
   * Returns how many cores they kept busy since it was last asked, 2 s ago or longer; 0 on other
   * systems. Programs of lower priority are not counted: they take nothing away.
   */
  cores(): number {
    const ms = performance.now() - this.#since
    if (ms < LEAST_MS) return this.#cores
    const ticks = ticksOfOthers()
    this.#cores = Math.max(0, ((ticks - this.#before) / TICKS_PER_SECOND / ms) * 1_000)
    this.#since += ms
    this.#before = ticks
    return this.#cores
  }
}

/** Returns the ticks of all programs but this process and those that it has started. */
function ticksOfOthers(): number {
  try {
    const [user, , system] = readFileSync('/proc/stat', 'utf8').split(/\s+/).slice(1).map(Number)
    return user! + system! - ticksOfTree(process.pid)
  } catch {
    return 0
  }
}

/** Returns the ticks of a process and its descendants, with those that have ended. */
function ticksOfTree(root: number): number {
  const ticks = new Map<number, number>()
  const children = new Map<number, number[]>()
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    const [, parent, ...fields] = statOf(pid)
    ticks.set(
      pid,
      fields.slice(9, 13).reduce((sum, field) => sum + Number(field), 0),
    )
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), pid])
  }
  const sum = (pid: number): number =>
    (children.get(pid) ?? []).reduce((all, child) => all + sum(child), ticks.get(pid) ?? 0)
  return sum(root)
}

/** The fields of a process from its state on; empty when it has ended. */
function statOf(pid: number): string[] {
  try {
    // The second field is the program's name in brackets. It may contain spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return []
  }
}
