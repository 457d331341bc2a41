import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes a program, a shell script, that stands in for a real one; gives its path. */
export function fakeProgram(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o700)
  return path
}

/** Runs on, whatever signal it gets but SIGKILL, and leaves no process of its own. */
export const IGNORES_SIGNALS = `trap '' INT TERM; exec tail -f /dev/null`
