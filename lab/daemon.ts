/**
 * Runs the real daemon as a child process on a home folder of its own and drives it over real HTTP.
 * For the tests, the demo and the bench.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built `f2f`. */
export const F2F = fileURLToPath(new URL('../dist/cli/f2f.cjs', import.meta.url))
const READY = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m
/** An idle machine needs half a second. One with 30 busy programs was seen to need 20 s. */
const READY_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000

/** How to start the daemon. */
export interface DaemonOptions {
  /**
   * Home folder (default: a new one below the system's temporary folder; the caller removes it).
   */
  home?: string
  /**
   * Spread over this process's environment, e.g. that of a virtual desktop. The master key is kept
   * in a file, unless it names another place.
   */
  env?: NodeJS.ProcessEnv
  /** Further arguments of `f2f serve`. */
  args?: readonly string[]
  /** A program with arguments that replaces itself by the daemon (`exec`). */
  launcher?: readonly string[]
  /** The built `f2f` (default: that of this checkout). */
  program?: string
  /**
   * The daemon records from this (default `synthetic`, with the ffmpeg that
   * `F2F_LAB_SYNTHETIC_FFMPEG` names unless `FFMPEG_BIN` is set).
   */
  source?: 'synthetic' | 'devices'
}

/** An HTTP answer. `body` is parsed if it is JSON, otherwise it is text. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the caller checks the content of an answer.
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
  /** Resolves when the process has ended, with its exit code, or null if a signal ended it. */
  readonly exited: Promise<number | null>
  /** Everything that the daemon has written to stderr so far. */
  stderr(): string
  /**
   * Sends a request with the home token to a path below `/v1`, e.g. `/recordings`. `body` is sent
   * as JSON, a string as it is. `headers` override the default ones; an undefined value removes
   * one.
   */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<Answer>
  /** Sends a signal (default SIGKILL) and does not wait. */
  kill(signal?: NodeJS.Signals): void
  /** Sends SIGTERM, and SIGKILL after 10 s; resolves with the exit code. May be called again. */
  stop(): Promise<number | null>
}

/**
 * Starts the built daemon (`npm run build` first) on a free port. Resolves when the daemon has
 * printed that it listens. Rejects with its stderr when it ends before that, or after 60 s.
 */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'f2f-home-')))
  const source = options.source === 'devices' ? [] : ['--source', 'synthetic']
  const serve = [
    process.execPath,
    options.program ?? F2F,
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
    // Never the key store of the person who runs it.
    env: {
      ...(options.source === 'devices' ? {} : syntheticFfmpeg(options.env)),
      ...process.env,
      F2F_KEY_STORE: 'file',
      ...options.env,
    },
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
    const url = await untilListening(child, exited, () => stderr)
    const token = (await readFile(join(home, 'token'), 'utf8')).trim()
    return {
      url,
      home,
      token,
      pid: child.pid!,
      child,
      exited,
      stderr: () => stderr,
      api: (method, path, body, headers) => send(`${url}/v1${path}`, method, token, body, headers),
      kill: (signal = 'SIGKILL') => void child.kill(signal),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Tests that record no devices use an ffmpeg that starts fast. */
function syntheticFfmpeg(env?: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = { ...process.env, ...env }.F2F_LAB_SYNTHETIC_FFMPEG
  return path ? { FFMPEG_BIN: path } : {}
}

/** Resolves with the daemon's address. */
async function untilListening(
  child: ChildProcess,
  exited: Promise<number | null>,
  stderr: () => string,
): Promise<string> {
  let stdout = ''
  let timer: NodeJS.Timeout | undefined
  const listening = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const url = READY.exec(stdout)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const timedOut = new Promise<never>((_, reject) => {
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
    return await Promise.race([listening, timedOut, ended])
  } finally {
    clearTimeout(timer)
  }
}

async function send(
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
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: all,
    redirect: 'manual',
    ...(text === undefined ? {} : { body: text }),
  })
  const received = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(received) : received,
  }
}
