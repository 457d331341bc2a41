import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

const SUFFIXES = process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Finds the absolute path of a program: the name itself if it is an absolute path, else the first
 * match on `PATH`. Null when there is none that may be run.
 */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  if (isAbsolute(name)) return isExecutable(name) ? name : null
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    for (const suffix of SUFFIXES) {
      const path = join(folder, name + suffix)
      if (isExecutable(path)) return path
    }
  }
  return null
}
