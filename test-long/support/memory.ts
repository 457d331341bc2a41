/** Measures the memory of a process, and its growth. */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory at one time, in MB. */
export interface MemorySample {
  /** Memory in use: JavaScript's heap and the buffers outside it. */
  usedMb: number
  /** Proportional set size of the process. */
  pssMb: number
}

/** Growth from the second third of the samples to the last, in MB. */
export interface Growth {
  usedMb: number
  pssMb: number
}

const MB = 1e6

/** Proportional set size of a process in MB (Linux). */
export function pssMbOf(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
  return (Number(kib) * 1_024) / MB
}

setFlagsFromString('--expose-gc')
const collect: (options: object) => void = runInNewContext('gc')

/** Collects all garbage and returns the memory that this process still uses. */
export function ownMemory(): MemorySample {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const { heapUsed, external } = process.memoryUsage()
  return { usedMb: (heapUsed + external) / MB, pssMb: pssMbOf(process.pid) }
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
  return { usedMb: growth(({ usedMb }) => usedMb), pssMb: growth(({ pssMb }) => pssMb) }
}

/** Renders about ten of the samples for a log. */
export function describeSamples(samples: readonly MemorySample[]): string {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const some = samples.filter((_sample, at) => at % tenth === 0 || at === samples.length - 1)
  return some.map(({ usedMb, pssMb }) => `${usedMb.toFixed(1)}/${pssMb.toFixed(0)}`).join(' ')
}
