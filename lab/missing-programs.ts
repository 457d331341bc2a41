import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { findProgram } from '../src/processes/find-program.ts'

/**
 * The programs that the tests run, in groups, each with its Debian package. scripts/setup.mjs
 * installs from the same list.
 */
const PROGRAMS: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL('./programs.json', import.meta.url), 'utf8'),
)

/** Returns which programs of these groups are missing and what to install; null for none. */
export function missingPrograms(...groups: string[]): string | null {
  const programs = Object.assign({}, ...groups.map((group) => PROGRAMS[group]))
  return missingText(Object.keys(programs), programs)
}

/** The same for one program. */
export function missingProgram(group: string, program: string): string | null {
  return missingText([program], PROGRAMS[group]!)
}

function missingText(wanted: readonly string[], packageOf: Record<string, string>): string | null {
  const missing = wanted.filter((program) => !isInstalled(program))
  if (missing.length === 0) return null
  const packages = [...new Set(missing.map((program) => packageOf[program]))]
  return `${missing.join(', ')} not found; on Debian or Ubuntu: apt-get install ${packages.join(' ')}`
}

/** A path stands for a package without a program of its own. */
function isInstalled(program: string): boolean {
  return isAbsolute(program) ? existsSync(program) : findProgram(program, process.env) !== null
}
