import { readFile } from 'node:fs/promises'

/** The states of a process that has ended (proc(5), field 3). */
const ENDED = ['Z', 'X']

/**
 * Identifies one life of a process id: the boot of the system and the process's start within it, in
 * clock ticks (proc(5), field 22). `ended` for a process that has ended, and whose parent has not
 * asked how: its id is still taken. Null where the system does not tell, or when there is no such
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
    return ENDED.includes(fields[0]!) ? 'ended' : `${bootId.trim()}/${fields[19]}`
  } catch {
    return null
  }
}
