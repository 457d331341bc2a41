import { readFileSync } from 'node:fs'
import { findProgram } from '../src/processes/find-program.ts'

/**
 * The programs that the virtual desktop runs, each with its Debian package. scripts/setup.mjs
 * installs from the same list.
 */
const PROGRAMS: Record<string, string> = JSON.parse(
  readFileSync(new URL('./programs.json', import.meta.url), 'utf8'),
)

/** Why this machine cannot run a virtual desktop, and what to install; null when it can. */
export async function virtualDesktopProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return `virtual devices need Linux, this is ${process.platform}`
  const missing = Object.keys(PROGRAMS).filter(
    (program) => findProgram(program, process.env) === null,
  )
  if (missing.length === 0) return null
  const packages = [...new Set(missing.map((program) => PROGRAMS[program]))]
  return `${missing.join(', ')} not found; on Debian or Ubuntu: apt-get install ${packages.join(' ')}`
}
