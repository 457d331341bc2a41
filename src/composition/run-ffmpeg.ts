/** Runs ffmpeg for a file that a client waits for. */
import { constants, setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDiskFull } from '../disk/disk-full.ts'
import type { Child, ChildExit } from '../processes/child-process.ts'
import type { BuildContext } from './build-context.ts'
import { exportError } from './export-error.ts'

/** Arguments before all others: no questions, no banner, errors only. */
const QUIET = ['-hide_banner', '-nostdin', '-y', '-loglevel', 'error']
const PROGRESS = /^out_time_us=(\d+)/gm

/**
 * Runs ffmpeg to its end, at a lower priority than everything else on the computer. Rejects with
 * EXPORT_FAILED when it fails, and with the signal's reason when the signal is aborted, in both
 * cases after the process is gone. The output of ffmpeg is in the error's cause only, because it
 * names paths.
 */
export async function runFfmpeg(
  context: BuildContext,
  args: readonly string[],
  io: { input?: Readable; onStdout?: (chunk: Buffer) => void } = {},
): Promise<void> {
  context.signal.throwIfAborted()
  const program = await context.tools.ffmpeg()
  let parseFailure: { error: unknown } | undefined
  const onStdout = (chunk: Buffer): void => {
    if (parseFailure) return
    try {
      io.onStdout?.(chunk)
    } catch (error) {
      // An error that escapes from a stream's listener would end the whole recorder.
      parseFailure = { error }
      kill()
    }
  }
  const child = context.tools.start(
    {
      program,
      args: io.input ? QUIET.filter((arg) => arg !== '-nostdin').concat(args) : [...QUIET, ...args],
    },
    { stdin: io.input ? 'pipe' : 'ignore', onStdout },
  )
  const kill = (): void => child.kill('SIGKILL')
  context.signal.addEventListener('abort', kill)
  try {
    lowerPriority(child.pid)
    // When ffmpeg stops reading, its exit has the reason.
    if (io.input && child.stdin) await pipeline(io.input, child.stdin).catch(() => {})
    const exit = await child.exited
    context.signal.throwIfAborted()
    if (parseFailure)
      throw exportError('The output of ffmpeg is not what was expected.', parseFailure.error)
    assertSucceeded(child, exit)
  } finally {
    context.signal.removeEventListener('abort', kill)
  }
}

function assertSucceeded(child: Child, { error, code, signal }: ChildExit): void {
  if (error === undefined && code === 0) return
  if (isDiskFull({ message: child.stderr() }))
    throw Object.assign(new Error('ffmpeg found no space'), { code: 'ENOSPC' })
  const cause = new Error(child.stderr())
  if (error) throw exportError('The program ffmpeg could not be started.', cause)
  if (signal) throw exportError(`The program ffmpeg was ended by ${signal}.`, cause)
  throw exportError(`The program ffmpeg failed with code ${code}.`, cause)
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It may have ended already.
  }
}

/** Creates a reader of the output of `-progress pipe:1`: the seconds of media written so far. */
export function progressReader(onSeconds: (seconds: number) => void): (chunk: Buffer) => void {
  return (chunk) => {
    const last = [...chunk.toString('latin1').matchAll(PROGRESS)].at(-1)
    if (last) onSeconds(Number(last[1]) / 1e6)
  }
}
