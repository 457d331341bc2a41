/**
 * A stub of the API: a real HTTP server on a home folder of its own, with answers from the test.
 * `f2f` runs the command line against it.
 */
import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../../../src/cli/run.ts'
import {
  CHALLENGE_HEADER,
  identityProof,
  PROOF_HEADER,
} from '../../../src/contract/identity-proof.ts'
import { writeDaemonFile } from '../../../src/home/daemon-file.ts'
import { type Home, prepareHome, resolveHome } from '../../../src/home/home.ts'

export const TOKEN = 'home-token-of-the-test'

/** A request that the stub received. */
export interface StubRequest {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

/** An answer: status and body. It is sent when `hold` resolves. */
export interface StubAnswer {
  status?: number
  body?: unknown
  raw?: string
  hold?: Promise<void>
}

export interface Stub {
  home: Home
  requests: StubRequest[]
  /** Returns the last request. */
  lastRequest(): StubRequest
  close(): Promise<void>
}

/** The answers of a recorder without outside witnesses. */
const USUAL: Record<string, StubAnswer> = { 'GET /v1/audit/outsiders': { body: { items: [] } } }

/** Creates and prepares a home folder. */
export async function freshHome(): Promise<Home> {
  const home = resolveHome(join(await mkdtemp(join(tmpdir(), 'f2f-cli-')), 'home'))
  await prepareHome(home)
  return home
}

/**
 * Starts the stub. `answers` maps `METHOD /path?query` to an answer. Other requests get 404, a
 * wrong token gets 401.
 */
export async function startStub(
  answers: Record<string, StubAnswer | ((request: StubRequest) => StubAnswer)>,
): Promise<Stub> {
  const home = await freshHome()
  const requests: StubRequest[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const received: StubRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: body === '' ? undefined : JSON.parse(body),
    }
    // The proof of identity that precedes every request.
    if (received.url !== '/healthz') requests.push(received)
    const what = `${received.method} ${received.url}`
    const match = answers[what] ?? USUAL[what]
    const answer =
      request.headers.authorization === `Bearer ${TOKEN}`
        ? typeof match === 'function'
          ? match(received)
          : (match ?? problem(404, 'NOT_FOUND'))
        : problem(401, 'UNAUTHENTICATED')
    await answer.hold
    const { status = 200, raw } = answer
    const challenge = request.headers[CHALLENGE_HEADER]
    if (typeof challenge === 'string')
      response.setHeader(PROOF_HEADER, identityProof(TOKEN, port, challenge))
    response.statusCode = status
    response.setHeader(
      'content-type',
      status < 400 ? 'application/json' : 'application/problem+json',
    )
    response.end(raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await writeFile(home.tokenFile, `${TOKEN}\n`, { mode: 0o600 })
  await writeDaemonFile(home, {
    pid: process.pid,
    url: `http://127.0.0.1:${port}`,
    startedAt: new Date().toISOString(),
  })
  return {
    home,
    requests,
    lastRequest() {
      const request = requests.at(-1)
      assert.ok(request, 'the recorder received a request')
      return request
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Builds a problem document. */
export function problem(
  status: number,
  code: string,
  members: Record<string, unknown> = {},
): StubAnswer {
  return {
    status,
    body: {
      type: 'about:blank',
      title: `Title of ${code}.`,
      status,
      detail: `Detail of ${code}.`,
      code,
      ...members,
    },
  }
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
  /** Parses stdout, which must be one JSON document. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the type of its answer.
  json(): any
}

/** Runs a command line in this process. Passes `home` in F2F_HOME. */
export async function f2f(
  argv: string[],
  {
    home,
    stdin = [],
    env = {},
    terminal = false,
    columns,
    rows,
    keys,
  }: {
    home?: Home
    stdin?: (string | Uint8Array)[]
    /** Typed on a terminal that stdin is, too. */
    keys?: string[]
    rows?: number
    env?: NodeJS.ProcessEnv
    terminal?: boolean
    /** The width of the terminal. */
    columns?: number
  } = {},
): Promise<Ran> {
  const ran = { stdout: '', stderr: '' }
  async function* input() {
    yield* keys ?? stdin
  }
  const modes: boolean[] = []
  const keyboard = { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) }
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    ...(columns !== undefined && { columns }),
    ...(rows !== undefined && { rows }),
    write(part: string) {
      ran[name] += part
    },
  })
  const code = await run(argv, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: Object.assign(input(), keys && keyboard),
    env: { PATH: process.env.PATH, ...(home && { F2F_HOME: home.folder }), ...env },
  })
  assert.equal(modes.at(-1) ?? false, false, 'the terminal is left as it was')
  return { ...ran, code, json: () => JSON.parse(ran.stdout) }
}
