import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '../../support/suite.ts'

/** A program that is running. */
export interface Running {
  child: ChildProcessWithoutNullStreams
  stdout(): string
  stderr(): string
  /** Waits for a text on stdout. */
  shows(text: RegExp): Promise<unknown>
  /** Resolves with the exit code. */
  ended: Promise<number | null>
}

/** Starts a program, and collects its output. */
export function runProgram(program: string, args: readonly string[]): Running {
  const child = spawn(program, args, { stdio: 'pipe' })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part
    })
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    shows: (wanted) => eventually(String(wanted), () => wanted.test(text.stdout), 10_000),
    ended: once(child, 'close').then(([code]): number | null => code),
  }
}
