import { readdirSync, readFileSync } from 'node:fs'

/** Time for processes that end with their parent; a busy machine needs some. */
const GRACE_MS = 3_000

/**
 * Ends the processes that carry a mark in their environment and names them. Linux only; elsewhere
 * there is no cheap way to know.
 */
export async function endLeftovers(mark: string): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const end = performance.now() + GRACE_MS
  let left = marked(mark)
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    left = marked(mark)
  }
  return left.map(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // The process ended meanwhile.
    }
    return `${pid} ${command}`
  })
}

function marked(mark: string): { pid: number; command: string }[] {
  const left: { pid: number; command: string }[] = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) continue
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
      if (command === '') continue
      left.push({ pid: Number(pid), command: command.slice(0, 120) })
    } catch {
      // The process ended meanwhile.
    }
  }
  return left
}
