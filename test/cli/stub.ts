/**
 * An API to speak to: a real HTTP server on a home folder of its own, with answers given by the
 * test; and a way to run the command line against it.
 */
import assert from 'node:assert/strict'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../../src/cli/run.ts'
import { type Home, prepareHome, resolveHome, writeDaemonFile } from '../../src/home.ts'

export const TOKEN = 'home-token-of-the-test'

/** What the stub was asked. */
export interface Asked {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

/** An answer: status and body; `hold` is awaited before it leaves. */
export interface Canned {
  status?: number
  body?: unknown
  raw?: string
  hold?: Promise<void>
}

export interface Stub {
  home: Home
  asked: Asked[]
  /** What the last request was. */
  last(): Asked
  close(): Promise<void>
}

/** A fresh home folder, prepared. */
export async function freshHome(): Promise<Home> {
  const home = resolveHome(join(await mkdtemp(join(tmpdir(), 'f2f-cli-')), 'home'))
  await prepareHome(home)
  return home
}

/**
 * Starts the stub. `answers` maps `METHOD /path?query` to an answer; anything else is 404, a wrong
 * token 401.
 */
export async function startStub(
  answers: Record<string, Canned | ((asked: Asked) => Canned)>,
): Promise<Stub> {
  const home = await freshHome()
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const received = await text(request)
    const one: Asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: received === '' ? undefined : JSON.parse(received),
    }
    asked.push(one)
    const given = answers[`${one.method} ${one.url}`]
    const canned =
      request.headers.authorization === `Bearer ${TOKEN}`
        ? typeof given === 'function'
          ? given(one)
          : (given ?? problem(404, 'NOT_FOUND'))
        : problem(401, 'UNAUTHENTICATED')
    await canned.hold
    const { status = 200, body, raw } = canned
    response.statusCode = status
    response.setHeader(
      'content-type',
      status < 400 ? 'application/json' : 'application/problem+json',
    )
    response.end(raw ?? (body === undefined ? '' : JSON.stringify(body)))
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
    asked,
    last() {
      const one = asked.at(-1)
      assert.ok(one, 'the recorder was asked')
      return one
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A problem document. */
export function problem(
  status: number,
  code: string,
  members: Record<string, unknown> = {},
): Canned {
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
  /** stdout as the one JSON document that it is. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  json(): any
}

/** Runs a command line in this process. `home` is given through F2F_HOME. */
export async function f2f(
  argv: string[],
  {
    home,
    stdin = [],
    env = {},
    terminal = false,
  }: {
    home?: Home
    stdin?: (string | Uint8Array)[]
    env?: NodeJS.ProcessEnv
    terminal?: boolean
  } = {},
): Promise<Ran> {
  const ran = { stdout: '', stderr: '' }
  async function* input() {
    yield* stdin
  }
  const sink = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    write(part: string) {
      ran[name] += part
    },
  })
  const code = await run(argv, {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: input(),
    env: { PATH: process.env.PATH, ...(home && { F2F_HOME: home.folder }), ...env },
  })
  return { ...ran, code, json: () => JSON.parse(ran.stdout) }
}
