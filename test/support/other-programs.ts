import { cpus } from 'node:os'
import { treeCpuMs } from '../../bench/processes.ts'

/** A shorter time (in ms) says little: Linux counts hundredths of a second. */
export const LEAST_MS = 2_000

/** Watches how busy programs keep the machine that this process has not started. Linux only. */
export class OtherPrograms {
  #since = performance.now()
  #before = cpuMsOfOthers()
  #cores = 0

  /**
   * Returns how many cores they kept busy since it was last asked, 2 s ago or longer; 0 on other
   * systems. Programs of lower priority are not counted: they take nothing away.
   */
  cores(): number {
    const ms = performance.now() - this.#since
    if (ms < LEAST_MS) return this.#cores
    const cpuMs = cpuMsOfOthers()
    this.#cores = Math.max(0, (cpuMs - this.#before) / ms)
    this.#since += ms
    this.#before = cpuMs
    return this.#cores
  }
}

/** Returns the CPU time of all programs but this process and those that it has started. */
function cpuMsOfOthers(): number {
  const all = cpus().reduce((sum, { times }) => sum + times.user + times.sys, 0)
  try {
    return all - treeCpuMs(process.pid)
  } catch {
    return 0
  }
}
