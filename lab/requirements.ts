import { readFileSync } from 'node:fs'
import { findProgram } from '../src/processes/find-program.ts'

/**
 * The programs that the virtual desktop runs, each with its Debian package. scripts/setup.mjs
 * installs from the same list.
 */
const PROGRAMS: Record<string, string> = JSON.parse(
  readFileSync(new URL('./programs.json', import.meta.url), 'utf8'),
)

/**
 * Null when a virtual desktop can be had on this machine; otherwise why not, in words that say what
 * to do.
 */
export async function virtualDesktopProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return `virtual devices need Linux, this is ${process.platform}`
  const missing = Object.keys(PROGRAMS).filter(
    (program) => findProgram(program, process.env) === null,
  )
  if (missing.length === 0) return null
  const packages = [...new Set(missing.map((program) => PROGRAMS[program]))]
  return `${missing.join(', ')} not found; on Debian or Ubuntu: apt-get install ${packages.join(' ')}`
}
