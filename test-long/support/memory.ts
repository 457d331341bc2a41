/** How much memory a process holds, and whether it grows. */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory at a moment, in MB. */
export interface MemorySample {
  /** What cannot be collected: JavaScript's heap and the buffers outside it. */
  usedMb: number
  /** Proportional set size of the process. */
  pssMb: number
}

/** How much more there is in the last third of the samples than in the one before it; MB. */
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

/** This process's memory, after everything that can be collected has been, and given back. */
export function ownMemory(): MemorySample {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const { heapUsed, external } = process.memoryUsage()
  return { usedMb: (heapUsed + external) / MB, pssMb: pssMbOf(process.pid) }
}

/**
 * How much memory grew in the last third of the samples. Of each third its least counts: what is in
 * flight at a moment, or what V8 and malloc keep for a while, only adds to it, and a leak lifts it.
 */
export function growthOfLastThird(samples: readonly MemorySample[]): Growth {
  const third = Math.floor(samples.length / 3)
  const middle = samples.slice(third, 2 * third)
  const last = samples.slice(-third)
  const growth = (pick: (sample: MemorySample) => number): number =>
    Math.min(...last.map(pick)) - Math.min(...middle.map(pick))
  return { usedMb: growth(({ usedMb }) => usedMb), pssMb: growth(({ pssMb }) => pssMb) }
}

/** The samples in a few words, for a log. */
export function describeSamples(samples: readonly MemorySample[]): string {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const some = samples.filter((_sample, at) => at % tenth === 0 || at === samples.length - 1)
  return some.map(({ usedMb, pssMb }) => `${usedMb.toFixed(1)}/${pssMb.toFixed(0)}`).join(' ')
}
