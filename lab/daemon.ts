/**
 * The real daemon as a child process on a home of its own, driven over real HTTP: for the tests,
 * the demo and the bench.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../dist/cli/f2f.cjs', import.meta.url))
const READY = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m
const READY_LIMIT_MS = 20_000
const STOP_LIMIT_MS = 10_000

/** How to start the daemon. */
export interface DaemonOptions {
  /**
   * Home folder (default: a new one below the system's temporary folder; the caller removes it).
   */
  home?: string
  /** Spread over this process's environment, e.g. that of a virtual desktop. */
  env?: NodeJS.ProcessEnv
  /** Further arguments of `f2f serve`. */
  args?: readonly string[]
  /** A program, with arguments, that starts it in its own place (`exec`). */
  launcher?: readonly string[]
  /** What it records from (default `synthetic`). */
  source?: 'synthetic' | 'devices'
}

/** An HTTP answer; `body` is parsed where it is JSON, otherwise text. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is for the caller to check.
  body: any
}

/** A running daemon. */
export interface Daemon {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly home: string
  /** The home token. */
  readonly token: string
  readonly pid: number
  readonly child: ChildProcess
  /** Resolves when the process has ended: its exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Everything it has written to stderr so far. */
  stderr(): string
  /**
   * A request with the home token to a path below `/v1`, e.g. `/recordings`. `body` is sent as
   * JSON, a string as it is. `headers` go over the default ones; an undefined value takes one away.
   */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<Answer>
  /** Sends a signal (default SIGKILL) and waits for nothing. */
  kill(signal?: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL after 10 s; resolves with the exit code. May be called again. */
  stop(): Promise<number | null>
}

/**
 * Starts the built daemon (`npm run build` first) on a free port; resolves when it has said that it
 * listens, rejects with its stderr when it ends before.
 */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'f2f-home-')))
  const source = options.source === 'devices' ? [] : ['--source', 'synthetic']
  const serve = [
    process.execPath,
    MAIN,
    'serve',
    '--home',
    home,
    '--port',
    '0',
    ...source,
    ...(options.args ?? []),
  ]
  const [program = '', ...args] = [...(options.launcher ?? []), ...serve]
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })

  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    return exited.finally(() => clearTimeout(timer))
  }

  try {
    const url = await ready(child, exited, () => stderr)
    const token = (await readFile(join(home, 'token'), 'utf8')).trim()
    return {
      url,
      home,
      token,
      pid: child.pid!,
      child,
      exited,
      stderr: () => stderr,
      api: (method, path, body, headers) => call(`${url}/v1${path}`, method, token, body, headers),
      kill: (signal = 'SIGKILL') => void child.kill(signal),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ready(
  child: ChildProcess,
  exited: Promise<number | null>,
  stderr: () => string,
): Promise<string> {
  let stdout = ''
  let timer: NodeJS.Timeout | undefined
  const said = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const url = READY.exec(stdout)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(failure(`was not ready after ${READY_LIMIT_MS} ms`)),
      READY_LIMIT_MS,
    )
  })
  const failure = (what: string) =>
    new Error(`the daemon ${what}\n${stderr().trim() || stdout.trim()}`)
  const ended = exited.then((code) =>
    Promise.reject(failure(`ended with code ${code} before it was ready`)),
  )
  try {
    return await Promise.race([said, late, ended])
  } finally {
    clearTimeout(timer)
  }
}

async function call(
  url: string,
  method: string,
  token: string,
  body?: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<Answer> {
  const all = new Headers({ Authorization: `Bearer ${token}` })
  if (body !== undefined) all.set('Content-Type', 'application/json')
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) all.delete(name)
    else all.set(name, value)
  }
  const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: all,
    redirect: 'manual',
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  }
}
