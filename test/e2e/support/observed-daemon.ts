import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import {
  type Answer,
  type DaemonOptions,
  startDaemon,
  type TestDaemon,
} from '../../support/daemon.ts'
import { slowness } from '../../support/machine.ts'

/** A process that runs. */
export interface RunningProcess {
  pid: number
  /** Its arguments, separated by spaces. */
  command: string
}

/** The real daemon, with an eye on what it starts. Linux only. */
export interface ObservedDaemon extends TestDaemon {
  /**
   * The processes that it, or one of them, has started and that still run, also after its own end.
   */
  children(): RunningProcess[]
  /** Those of them that capture or encode; not those that only look for devices. */
  captures(): RunningProcess[]
  /**
   * Sends a command, which must succeed, to a path below `/v1`, and returns the recording. A start
   * or resume that a very slow machine could not make in time is sent again.
   */
  command(path: string, body?: unknown): Promise<RecordingAnswer>
}

/**
 * Null on Linux; elsewhere why a test that watches or stalls the daemon's processes cannot be had.
 */
export const notLinux =
  process.platform === 'linux'
    ? null
    : `processes are watched by /proc, which ${process.platform} has not`

const CAPTURES = /\bpipe:1\b/

/** A spare waits for its input, so it has written no media; it may have greeted its gate. */
const SPARE_WRITES_MAX = 100

/** Whether a process is an ffmpeg that was started in advance and waits to be used. */
function isSpare(pid: number, command: string): boolean {
  if (!/\bpipe:1\b/.test(command)) return false
  try {
    const written = /^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]
    return Number(written) < SPARE_WRITES_MAX
  } catch {
    return false
  }
}

/** Starts the daemon with a mark in its environment, which everything that it starts inherits. */
export async function startObserved(options: DaemonOptions = {}): Promise<ObservedDaemon> {
  const mark = `F2F_E2E_MARK=${randomUUID()}`
  const [name, value] = mark.split('=') as [string, string]
  const env = { ...options.env, [name]: value }
  const daemon = await startDaemon({ ...options, env })
  const children = (): RunningProcess[] =>
    processesWith(mark).filter(({ pid }) => pid !== daemon.pid)
  async function command(path: string, body?: unknown): Promise<RecordingAnswer> {
    let answer = await daemon.api('POST', path, body)
    // A start promises media within 5 s, and a device has a second or two to answer; on a machine
    // this slow both are simply asked again.
    for (let retry = 1; retry <= 2 && isTooSlow(answer); retry++)
      answer = await daemon.api('POST', path, body)
    assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    ...daemon,
    command,
    children,
    captures: () =>
      children().filter(({ pid, command }) => CAPTURES.test(command) && !isSpare(pid, command)),
  }
}

function isTooSlow({ status, body }: Answer): boolean {
  const isLate = body.code === 'CAPTURE_FAILED' || /does not answer/.test(body.detail ?? '')
  return status === 503 && isLate && slowness(6_000) > 2
}

/** The processes with a text in their environment. */
export function processesWith(mark: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)) return []
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
        // A zombie has no command line any more.
        return command === '' ? [] : [{ pid: Number(name), command }]
      } catch {
        // It ended meanwhile.
        return []
      }
    })
}

/** The one process among some whose command line contains a text. */
export function oneWith(processes: RunningProcess[], text: string): RunningProcess {
  const found = processes.filter(({ command }) => command.includes(text))
  if (found.length !== 1)
    throw new Error(`${found.length} processes with ${text}: ${JSON.stringify(processes)}`)
  return found[0]!
}
