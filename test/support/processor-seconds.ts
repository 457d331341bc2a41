import { endedChildrenCpuMs, ownCpuMs } from '../../bench/processes.ts'

/**
 * Returns the processor time of this process and of its children that have ended, with theirs, in
 * seconds. Elsewhere than on Linux it is that of this process alone.
 */
export function processorSeconds(): number {
  const ms = ownCpuMs(process.pid) + endedChildrenCpuMs(process.pid)
  if (!Number.isNaN(ms)) return ms / 1_000
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
