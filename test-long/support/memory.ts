/** Measures the memory of a process, and its growth. */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory at one time, in MB. */
export interface MemorySample {
  /** Memory in use: JavaScript's heap and the buffers outside it. */
  usedMb: number
  /**
   * Anonymous memory of the process. The pages of its program and of mapped files are left out: the
   * system takes them away and brings them back as it likes.
   */
  anonymousMb: number
}

/** Growth from the second third of the samples to the last, in MB. */
export interface Growth {
  usedMb: number
  anonymousMb: number
}

const MB = 1e6

/** Anonymous memory of a process in MB, also what was swapped out (Linux 5.4 or newer). */
export function anonymousMbOf(pid: number): number {
  const told = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(told)?.[1])
  return ((kib('Pss_Anon') + kib('SwapPss')) * 1_024) / MB
}

setFlagsFromString('--expose-gc')
const collect: (options: object) => void = runInNewContext('gc')

/** Collects all garbage and returns the memory that this process still uses. */
export function ownMemory(): MemorySample {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const { heapUsed, external } = process.memoryUsage()
  return { usedMb: (heapUsed + external) / MB, anonymousMb: anonymousMbOf(process.pid) }
}

/**
 * Computes how much memory grew in the last third of the samples. Compares the least sample of each
 * third: work in progress, and memory that V8 and malloc keep for a while, only add to a sample,
 * but a leak raises the least one.
 */
export function growthOfLastThird(samples: readonly MemorySample[]): Growth {
  const third = Math.floor(samples.length / 3)
  const middle = samples.slice(third, 2 * third)
  const last = samples.slice(-third)
  const growth = (pick: (sample: MemorySample) => number): number =>
    Math.min(...last.map(pick)) - Math.min(...middle.map(pick))
  return {
    usedMb: growth(({ usedMb }) => usedMb),
    anonymousMb: growth(({ anonymousMb }) => anonymousMb),
  }
}

/** Renders about ten of the samples for a log. */
export function describeSamples(samples: readonly MemorySample[]): string {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const some = samples.filter((_sample, at) => at % tenth === 0 || at === samples.length - 1)
  return some
    .map(({ usedMb, anonymousMb }) => `${usedMb.toFixed(1)}/${anonymousMb.toFixed(0)}`)
    .join(' ')
}
