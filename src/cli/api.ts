/**
 * The HTTP client of the commands: finds the daemon of the home folder and speaks with the home
 * token.
 */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { type DaemonInfo, type Home, readDaemonFile } from '../home.ts'
import { localProblem, type Problem, ProblemError } from './problem.ts'

/** A command answers when its outcome is confirmed and on disk; longer than this it never takes. */
const ANSWER_LIMIT_MS = 60_000

/**
 * Requests to the recorder of one home folder. Each throws {@link ProblemError}: the API's own, or
 * that nobody answers.
 */
export interface Api {
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  delete<T>(path: string): Promise<T>
  /**
   * Asks for a file or a stream, however long it takes to be made: the answer as it comes. The
   * signal ends it at any time.
   */
  open(path: string, query: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage>
  /**
   * The daemon as it announces itself; throws {@link ProblemError} NO_DAEMON where there is none.
   */
  daemon(): Promise<DaemonInfo>
}

/**
 * The API of a home's recorder. Nothing is read or asked before the first request. `onWait` is
 * called when an answer takes over a second.
 */
export function apiOf(home: Home, onWait: () => () => void = () => () => {}): Api {
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const daemon = await findDaemon(home)
    const token = await readToken(home)
    const waited = waiting(onWait)
    try {
      return (await exchange(daemon, token, method, `/v1${path}`, body)) as T
    } finally {
      waited()
    }
  }
  return {
    get: (path, query = {}) => ask('GET', path + queryOf(query)),
    post: (path, body = {}) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
    async open(path, query, signal) {
      const daemon = await findDaemon(home)
      const token = await readToken(home)
      const answer = await send(
        daemon,
        token,
        'GET',
        `/v1${path}${queryOf(query)}`,
        undefined,
        signal,
      )
      if (isGood(answer)) return answer
      throw await problemIn(daemon, answer)
    },
    daemon: () => findDaemon(home),
  }
}

/** A path of the API, each part escaped. */
export function path(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

function queryOf(query: Record<string, string | number | undefined>): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) given.set(key, String(value))
  return given.size === 0 ? '' : `?${given}`
}

function waiting(onWait: () => () => void): () => void {
  let done = () => {}
  const timer = setTimeout(() => {
    done = onWait()
  }, 1_000)
  return () => {
    clearTimeout(timer)
    done()
  }
}

async function findDaemon(home: Home): Promise<DaemonInfo> {
  const found = await readDaemonFile(home)
  if (found.state === 'running') return found.daemon
  throw noDaemon(
    home,
    found.state === 'stale' ? 'The last one has ended without tidying up.' : undefined,
  )
}

function noDaemon(home: Home, more?: string, cause?: unknown): ProblemError {
  return localProblem('NO_DAEMON', 'No recorder is running', {
    detail: `None serves the home folder ${home.folder}.${more === undefined ? '' : ` ${more}`}`,
    remedy:
      'Start one with `f2f serve` (with the same --home or F2F_HOME, if you use one), or ask `f2f doctor`.',
    cause,
  })
}

async function readToken(home: Home): Promise<string> {
  try {
    return (await readFile(home.tokenFile, 'utf8')).trim()
  } catch (cause) {
    throw localProblem('NO_TOKEN', 'The home token cannot be read', {
      detail: cause instanceof Error ? cause.message : String(cause),
      remedy:
        'Run this as the user who started the recorder; a restart of the recorder writes a missing token anew.',
      cause,
    })
  }
}

/**
 * One request and its answer. Sends the token to the literal loopback address that {@link
 * readDaemonFile} vouches for.
 */
async function exchange(
  daemon: DaemonInfo,
  token: string,
  method: string,
  target: string,
  body: unknown,
): Promise<unknown> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS)
  const answer = await send(daemon, token, method, target, body, signal)
  if (!isGood(answer)) throw await problemIn(daemon, answer)
  return parseAnswer(daemon, answer.statusCode ?? 0, await textOf(daemon, answer))
}

const isGood = ({ statusCode = 0 }: IncomingMessage): boolean =>
  statusCode >= 200 && statusCode < 300

async function textOf(daemon: DaemonInfo, answer: IncomingMessage): Promise<string> {
  return text(answer).catch((cause) => {
    throw unreachable(daemon, cause)
  })
}

async function problemIn(daemon: DaemonInfo, answer: IncomingMessage): Promise<ProblemError> {
  const status = answer.statusCode ?? 0
  return new ProblemError(
    problemOf(daemon, status, parseAnswer(daemon, status, await textOf(daemon, answer))),
  )
}

/** Sends a request; resolves when its answer begins. */
function send(
  daemon: DaemonInfo,
  token: string,
  method: string,
  target: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`${daemon.url}${target}`, {
      method,
      agent: false,
      signal,
      headers: {
        accept: 'application/json, application/problem+json',
        authorization: `Bearer ${token}`,
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      },
    })
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.end(payload)
  }).catch((cause) => {
    throw unreachable(daemon, cause)
  })
}

function unreachable(daemon: DaemonInfo, cause: unknown): ProblemError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const refused = code === 'ECONNREFUSED'
  return localProblem(
    refused ? 'NO_DAEMON' : 'NO_ANSWER',
    refused ? 'No recorder is running' : 'The recorder does not answer',
    {
      detail: refused
        ? `Nothing listens on ${daemon.url}, where the last one was.`
        : `The request to ${daemon.url} (process ${daemon.pid}) failed: ${cause instanceof Error ? cause.message : cause}.`,
      remedy: refused
        ? 'Start it with `f2f serve`.'
        : 'What was asked may have been done all the same: look with `f2f status`, then at the recorder’s log.',
      cause,
    },
  )
}

function parseAnswer(daemon: DaemonInfo, status: number, received: string): unknown {
  if (received === '') return null
  try {
    return JSON.parse(received)
  } catch (cause) {
    throw localProblem('NO_ANSWER', 'The answer is not a recorder’s', {
      detail: `${daemon.url} answered ${status} with something other than JSON.`,
      remedy: 'Another program may have taken the port; restart the recorder with `f2f serve`.',
      cause,
    })
  }
}

function problemOf(daemon: DaemonInfo, status: number, value: unknown): Problem {
  const given = typeof value === 'object' && value !== null ? (value as Partial<Problem>) : {}
  if (typeof given.code === 'string' && typeof given.title === 'string') return given as Problem
  return { title: `${daemon.url} answered ${status} without saying why`, code: 'NO_ANSWER', status }
}
