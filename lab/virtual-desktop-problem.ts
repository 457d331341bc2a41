import { readFileSync } from 'node:fs'
import { findProgram } from '../src/processes/find-program.ts'

/**
 * The programs that the virtual desktop runs, and those that it runs with PipeWire, each with its
 * Debian package. scripts/setup.mjs installs from the same list.
 */
const PROGRAMS: Record<'desktop' | 'pipewire', Record<string, string>> = JSON.parse(
  readFileSync(new URL('./programs.json', import.meta.url), 'utf8'),
)

/** Why this machine cannot run a virtual desktop, and what to install; null when it can. */
export async function virtualDesktopProblem(): Promise<string | null> {
  return missingPrograms(PROGRAMS.desktop)
}

/** The same for a virtual desktop with PipeWire. */
export async function pipeWireDesktopProblem(): Promise<string | null> {
  return missingPrograms({ ...PROGRAMS.desktop, ...PROGRAMS.pipewire })
}

function missingPrograms(programs: Record<string, string>): string | null {
  if (process.platform !== 'linux') return `virtual devices need Linux, this is ${process.platform}`
  const missing = Object.keys(programs).filter(
    (program) => findProgram(program, process.env) === null,
  )
  if (missing.length === 0) return null
  const packages = [...new Set(missing.map((program) => programs[program]))]
  return `${missing.join(', ')} not found; on Debian or Ubuntu: apt-get install ${packages.join(' ')}`
}
