import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const GRACE_MS = 1_500
const STDERR_KEPT = 4_000

/** A long-running program of the virtual desktop. */
export interface HelperProcess {
  readonly name: string
  readonly pid: number
  readonly child: ChildProcess
  /** Resolves with the exit code (null: by a signal) when it has ended, for whatever reason. */
  readonly exited: Promise<number | null>
  /** The end of what it wrote to stderr. */
  stderr(): string
  /** SIGTERM, then SIGKILL; resolves when the process is gone. */
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
    // A process that a test has frozen takes the SIGTERM only after SIGCONT.
    child.kill('SIGTERM')
    child.kill('SIGCONT')
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exited
    clearTimeout(timer)
  }
  return { name: command, pid, child, exited, stderr: () => stderr.trim(), stop }
}

/** Resolves like `ready`, but rejects when the process ends before that or `limitMs` pass. */
export async function readyOrFailed<T>(
  helper: HelperProcess,
  ready: Promise<T>,
  limitMs = 10_000,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const failure = (what: string) =>
    new Error(`${helper.name} ${what}: ${helper.stderr() || 'it said nothing'}`)
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

/**
 * Runs a program to its end and returns what it wrote to stdout; throws with its stderr when it
 * fails.
 */
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
  // A program that does not read its input to the end is judged by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with code ${code}: ${stderr.trim()}`)
  return Buffer.concat(chunks)
}
