/** Reads the CPU time and memory of processes from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const MS_PER_TICK = 10

interface Stat {
  parent: number
  /** CPU time of the process, ms. */
  ownMs: number
  /** CPU time of its children that have ended, with theirs, ms. */
  endedMs: number
}

function statOf(pid: number): Stat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    // The process has ended meanwhile. Its time is added to the parent that waited for it.
    return undefined
  }
  // The name is in parentheses and may contain any character. The third field (state) follows it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ms = (field: number) => Number(fields[field - 3]) * MS_PER_TICK
  return { parent: Number(fields[1]), ownMs: ms(14) + ms(15), endedMs: ms(16) + ms(17) }
}

/** CPU time in ms that a process itself has used so far. */
export function ownCpuMs(pid: number): number {
  return statOf(pid)?.ownMs ?? Number.NaN
}

/** CPU time in ms of the children that a process has waited for. */
export function endedChildrenCpuMs(pid: number): number {
  return statOf(pid)?.endedMs ?? Number.NaN
}

/** CPU time in ms of a process and all its descendants so far, including those that have ended. */
export function treeCpuMs(root: number): number {
  return tree([root]).reduce((sum, [, stat]) => sum + stat.ownMs + stat.endedMs, 0)
}

/** Finds those of some processes and all their descendants that still run. */
function tree(roots: readonly number[]): [pid: number, stat: Stat][] {
  const all = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined
    if (stat) all.set(Number(name), stat)
  }
  const isInTree = (pid: number): boolean =>
    roots.includes(pid) || (all.has(pid) && isInTree(all.get(pid)!.parent))
  return [...all].filter(([pid]) => isInTree(pid))
}

/** Asks all programs that this process has started, and theirs, to end. */
export function endDescendants(): void {
  for (const [pid] of tree([process.pid])) {
    try {
      if (pid !== process.pid) process.kill(pid, 'SIGTERM')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/**
 * Proportional set size in MB: a process's own memory and its share of what it has in common with
 * others.
 */
export function pssMb(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
  return (Number(kib) * 1_024) / 1e6
}

/** PSS in MB of some processes and all their descendants together. Counts shared memory once. */
export function treePssMb(roots: readonly number[]): number {
  return tree(roots).reduce((sum, [pid]) => sum + pssMbWhileAlive(pid), 0)
}

/** 0 for a process that has ended since it was found. */
function pssMbWhileAlive(pid: number): number {
  try {
    return pssMb(pid)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return 0
    throw error
  }
}
