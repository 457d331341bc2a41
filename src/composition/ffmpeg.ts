/** Running ffmpeg for a file that somebody waits for. */
import { constants, setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDiskFull } from '../disk/disk-full.ts'
import { exportFailed } from './failure.ts'
import type { Work } from './tools.ts'

/** Arguments before all others: no questions, no banner, errors only. */
const QUIET = ['-hide_banner', '-nostdin', '-y', '-loglevel', 'error']
const PROGRESS = /^out_time_us=(\d+)/gm

/**
 * Runs ffmpeg to its end, below everything else that the computer does. Rejects with EXPORT_FAILED
 * when it fails, and when the signal is aborted with its reason, after the process is gone. What
 * ffmpeg says is in the error's cause only: it names paths.
 */
export async function runFfmpeg(
  work: Work,
  args: readonly string[],
  io: { input?: Readable; onStdout?: (chunk: Buffer) => void } = {},
): Promise<void> {
  work.signal.throwIfAborted()
  const program = await work.tools.ffmpeg()
  let misread: { error: unknown } | undefined
  const onStdout = (chunk: Buffer): void => {
    if (misread) return
    try {
      io.onStdout?.(chunk)
    } catch (error) {
      // Thrown on from here it would end the whole recorder.
      misread = { error }
      kill()
    }
  }
  const running = work.tools.start(
    {
      program,
      args: io.input ? QUIET.filter((arg) => arg !== '-nostdin').concat(args) : [...QUIET, ...args],
    },
    { stdin: io.input ? 'pipe' : 'ignore', onStdout },
  )
  const kill = (): void => running.kill('SIGKILL')
  work.signal.addEventListener('abort', kill)
  try {
    beNice(running.pid)
    // A process that no longer reads is judged by its exit.
    if (io.input && running.stdin) await pipeline(io.input, running.stdin).catch(() => {})
    const { error, code, signal } = await running.exited
    work.signal.throwIfAborted()
    if (misread) throw exportFailed('What ffmpeg wrote is not what was expected.', misread.error)
    if (error === undefined && code === 0) return
    if (isDiskFull({ message: running.stderr() }))
      throw Object.assign(new Error('ffmpeg found no space'), { code: 'ENOSPC' })
    const how = error
      ? 'could not be started'
      : signal
        ? `was ended by ${signal}`
        : `failed with code ${code}`
    throw exportFailed(`ffmpeg ${how}.`, new Error(running.stderr()))
  } finally {
    work.signal.removeEventListener('abort', kill)
  }
}

function beNice(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It may have ended already.
  }
}

/** Reads what `-progress pipe:1` tells: the seconds of media that are written. */
export function progressReader(onSeconds: (seconds: number) => void): (chunk: Buffer) => void {
  return (chunk) => {
    const last = [...chunk.toString('latin1').matchAll(PROGRESS)].at(-1)
    if (last) onSeconds(Number(last[1]) / 1e6)
  }
}
