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

/** How much more there is at the end of the last third than at its beginning, by a straight line through its samples; MB. */
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
const collect: () => void = runInNewContext('gc')

/** This process's memory, after everything that can be collected has been. */
export function ownMemory(): MemorySample {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return { usedMb: (heapUsed + external) / MB, pssMb: pssMbOf(process.pid) }
}

/** How much memory grew over the last third of the samples, which were taken at even distances. */
export function growthOfLastThird(samples: readonly MemorySample[]): Growth {
  const last = samples.slice(-Math.ceil(samples.length / 3))
  return { usedMb: rise(last.map(({ usedMb }) => usedMb)), pssMb: rise(last.map(({ pssMb }) => pssMb)) }
}

/** Least squares: the slope times the length. */
function rise(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const over = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0)
  const under = values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0)
  return (over / under) * (values.length - 1)
}

/** The samples in a few words, for a log. */
export function describeSamples(samples: readonly MemorySample[]): string {
  const tenth = Math.max(1, Math.floor(samples.length / 10))
  const some = samples.filter((_sample, at) => at % tenth === 0 || at === samples.length - 1)
  return some.map(({ usedMb, pssMb }) => `${usedMb.toFixed(1)}/${pssMb.toFixed(0)}`).join(' ')
}
