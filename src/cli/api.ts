/**
 * The HTTP client of the commands. It finds the daemon of the home folder and authenticates with
 * the home token.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { type DaemonInfo, readDaemonFile } from '../home/daemon-file.ts'
import type { Home } from '../home/home.ts'
import { connectionError } from './connection-error.ts'
import { localProblem, type Problem, ProblemError } from './problem.ts'
import { type OutgoingRequest, sendRequest } from './transport.ts'

/** A command answers once its outcome is confirmed and on disk, which never lasts longer. */
const ANSWER_LIMIT_MS = 60_000

/**
 * Requests to the recorder of one home folder. Each throws {@link ProblemError} if the API reports
 * a problem or nothing answers.
 */
export interface Api {
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  /**
   * Requests a file or a stream, without a time limit. Resolves when the answer begins. The signal
   * cancels it at any time.
   */
  open(
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
    headers?: Record<string, string>,
  ): Promise<IncomingMessage>
  /** Returns the announced daemon. Throws {@link ProblemError} NO_DAEMON if there is none. */
  daemon(): Promise<DaemonInfo>
  /** Returns the same client, whose requests the signal cancels. */
  until(signal: AbortSignal): Api
}

/**
 * Creates the client of a home's recorder. Reads and sends nothing before the first request. Calls
 * `onWait` when an answer takes over a second, and the function it returns when the answer has
 * come.
 */
export function createApi(
  home: Home,
  onWait: () => () => void = () => () => {},
  cancelled: AbortSignal = new AbortController().signal,
): Api {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const daemon = await findDaemon(home)
    const token = await readToken(home)
    const endWait = announceWait(onWait)
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(ANSWER_LIMIT_MS)])
    const request = { method, target: `/v1${path}`, body, signal, headers: keyFor(method, path) }
    try {
      return (await requestJson(daemon, token, request)) as T
    } finally {
      endWait()
    }
  }
  return {
    get: (path, query = {}) => call('GET', path + queryString(query)),
    post: (path, body = {}) => call('POST', path, body),
    delete: (path) => call('DELETE', path),
    async open(path, query, signal, headers = {}) {
      const daemon = await findDaemon(home)
      const token = await readToken(home)
      const target = `/v1${path}${queryString(query)}`
      const either = AbortSignal.any([cancelled, signal])
      const request = { method: 'GET', target, body: undefined, signal: either, headers }
      const answer = await sendRequest(daemon, token, request)
      if (isSuccess(answer)) return answer
      throw await readProblem(daemon, answer)
    },
    daemon: () => findDaemon(home),
    until: (signal) => createApi(home, onWait, AbortSignal.any([cancelled, signal])),
  }
}

/** Builds a path of the API, with each part escaped. */
export function path(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

/** Returns a key by which the recorder carries out a command once, however often it arrives. */
function keyFor(method: string, path: string): Record<string, string> {
  const isCommand = method === 'POST' && path.startsWith('/recordings')
  return isCommand ? { 'idempotency-key': randomUUID() } : {}
}

function queryString(query: Record<string, string | number | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) parameters.set(key, String(value))
  return parameters.size === 0 ? '' : `?${parameters}`
}

function announceWait(onWait: () => () => void): () => void {
  let onAnswer = () => {}
  const timer = setTimeout(() => {
    onAnswer = onWait()
  }, 1_000)
  return () => {
    clearTimeout(timer)
    onAnswer()
  }
}

async function findDaemon(home: Home): Promise<DaemonInfo> {
  const found = await readDaemonFile(home)
  if (found.state === 'running') return found.daemon
  const crash = found.state === 'stale' ? ' The last one crashed or was killed.' : ''
  throw localProblem('NO_DAEMON', 'No recorder is running.', {
    detail: `None serves the home folder ${home.folder}.${crash}`,
    remedy:
      'Start one with `f2f serve` (with the same --home or F2F_HOME, if you use one), or run `f2f doctor`.',
  })
}

async function readToken(home: Home): Promise<string> {
  try {
    return (await readFile(home.tokenFile, 'utf8')).trim()
  } catch (cause) {
    throw localProblem('NO_TOKEN', 'The home token cannot be read.', {
      detail: `The system reports: ${cause instanceof Error ? cause.message : cause}.`,
      remedy:
        'Run this as the user who started the recorder. If the token is missing, restart the recorder: it writes a new one.',
      cause,
    })
  }
}

/** Sends a request and parses its answer. */
async function requestJson(
  daemon: DaemonInfo,
  token: string,
  request: OutgoingRequest,
): Promise<unknown> {
  const answer = await sendRequest(daemon, token, request)
  if (!isSuccess(answer)) throw await readProblem(daemon, answer)
  return parseAnswer(daemon, answer.statusCode ?? 0, await readText(daemon, answer))
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean =>
  statusCode >= 200 && statusCode < 300

async function readText(daemon: DaemonInfo, answer: IncomingMessage): Promise<string> {
  return text(answer).catch((cause) => {
    throw connectionError(daemon, cause)
  })
}

async function readProblem(daemon: DaemonInfo, answer: IncomingMessage): Promise<ProblemError> {
  const status = answer.statusCode ?? 0
  const body = parseAnswer(daemon, status, await readText(daemon, answer))
  return new ProblemError(parseProblem(daemon, status, body))
}

function parseAnswer(daemon: DaemonInfo, status: number, body: string): unknown {
  if (body === '') return null
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw localProblem('NO_ANSWER', 'The answer does not come from a recorder.', {
      detail: `${daemon.url} answered with status ${status} and something other than JSON.`,
      remedy: 'Another program may use the port. Restart the recorder with `f2f serve`.',
      cause,
    })
  }
}

function parseProblem(daemon: DaemonInfo, status: number, body: unknown): Problem {
  const members = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {}
  if (typeof members.code === 'string' && typeof members.title === 'string')
    return members as Problem
  const title = `${daemon.url} answered with status ${status} and no reason.`
  return { title, code: 'NO_ANSWER', status }
}
