import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const GRACE_MS = 1_500
const STDERR_KEPT = 4_000

/** A long-running program of the virtual desktop. */
export interface HelperProcess {
  readonly name: string
  readonly pid: number
  readonly child: ChildProcess
  /** The program has not ended. */
  readonly isRunning: boolean
  /** Resolves when the program has ended, with its exit code, or null if a signal ended it. */
  readonly exited: Promise<number | null>
  /** The last 4,000 characters that the program wrote to stderr. */
  stderr(): string
  /** Sends SIGTERM, and SIGKILL after 1.5 s; resolves when the process is gone. */
  stop(): Promise<void>
}

/** Starts a program that dies with this process, even when this process is killed with -9. */
export async function startHelper(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; stdio?: StdioOptions },
): Promise<HelperProcess> {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', command, ...args], {
    env: options.env,
    stdio: options.stdio ?? ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await once(child, 'spawn')
  const pid = child.pid as number

  async function stop(): Promise<void> {
    // A process that a test has frozen receives the SIGTERM only after SIGCONT.
    child.kill('SIGTERM')
    child.kill('SIGCONT')
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exited
    clearTimeout(timer)
  }
  return {
    name: command,
    pid,
    child,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null
    },
    exited,
    stderr: () => stderr.trim(),
    stop,
  }
}

/** Resolves like `ready`, but rejects when the process ends first or after `limitMs`. */
export async function untilReady<T>(
  helper: HelperProcess,
  ready: Promise<T>,
  limitMs = 10_000,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const failure = (what: string) =>
    new Error(`${helper.name} ${what}: ${helper.stderr() || 'it wrote nothing to stderr'}`)
  try {
    return await Promise.race([
      ready,
      helper.exited.then((code) => Promise.reject(failure(`ended with code ${code}`))),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(failure(`was not ready after ${limitMs} ms`)), limitMs)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs a program to its end and returns its stdout. Throws with its stderr when it fails. */
export async function output(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: Buffer } = {},
): Promise<Buffer> {
  const child = spawn(command, args, {
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
  })
  // A program may exit without reading all its input. Only its exit code counts.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${stderr.trim()}`)
  return Buffer.concat(chunks)
}
