import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The sources that tests start as processes of their own. The runner compiles them, too. */
export const PROGRAMS = [
  'test/processes/support/busy-child.ts',
  'test/store/support/child.ts',
  'test/store/support/flip-bits.ts',
  'test/store/support/killed-opening.ts',
  'test/support/fsync-faults/child.ts',
  'test/support/run-in-turn.ts',
]

/** Returns the arguments with which Node runs one of them; without the runner, tsx compiles it. */
export function programArgs(source: URL): string[] {
  const path = fileURLToPath(source)
  const name = relative('.', path)
  const compiled = process.env.F2F_TEST_COMPILED
  if (compiled === undefined || !PROGRAMS.map((own) => resolve(own)).includes(path))
    return ['--import', 'tsx', path]
  return [join(compiled, name.replace(/\.ts$/, '.mjs'))]
}
