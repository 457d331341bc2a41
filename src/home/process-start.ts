import { readFile } from 'node:fs/promises'

/**
 * Identifies one life of a process id: the boot of the system and the process's start within it, in
 * clock ticks (proc(5), field 22). Null where the system does not tell, or when there is no such
 * process.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return null
  try {
    const [bootId, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
      readFile(`/proc/${pid}/stat`, 'latin1'),
    ])
    // The name of the program is in parentheses and may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return `${bootId.trim()}/${fields[19]}`
  } catch {
    return null
  }
}
