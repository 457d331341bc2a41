/** Starts the HTTP server with a stub recorder, and sends requests to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createAccess } from '../../../src/access/access.ts'
import type { Scope } from '../../../src/access/scopes.ts'
import { newToken } from '../../../src/access/secrets.ts'
import type { AuditPort } from '../../../src/audit/questions/port.ts'
import { effectiveConfiguration } from '../../../src/effective-configuration.ts'
import type { Config } from '../../../src/home/config.ts'
import type { PageFiles } from '../../../src/http/page/page-files.ts'
import { type HttpLimits, type HttpServer, startHttp } from '../../../src/http/server.ts'
import { NO_AUDIT } from './stub-audit.ts'
import { StubBundles } from './stub-bundles.ts'
import { StubCompositions } from './stub-compositions.ts'
import { BY, StubRecorder } from './stub-recorder.ts'
import { NO_VERIFICATIONS } from './stub-verifications.ts'

export const HOME_TOKEN = newToken().secret
export const ALLOWED_ORIGIN = 'https://crm.example'

export interface Daemon extends HttpServer {
  recorder: StubRecorder
  compositions: StubCompositions
  bundles: StubBundles
  /** The lines of the log as they were written. */
  logLines: string[]
  /** Whether commands are accepted. */
  ready: boolean
  /** Added to the clock of credentials, in milliseconds. */
  clockOffset: number
  /** Sends a request with the home token, unless `init` has another. */
  call(path: string, init?: RequestInit & { token?: string | null }): Promise<Response>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  /** Creates a token with these scopes. */
  tokenFor(...scopes: Scope[]): Promise<string>
  /** Follows a launch URL like a browser, and returns the cookie. */
  signIn(): Promise<string>
  /** Sends bytes, and resolves with everything received until the daemon closed the connection. */
  raw(text: string): Promise<string>
  /** Stops the server, and closes no client's end before. */
  stop(): Promise<void>
  /** Opens a connection, which is closed with the daemon at the latest. */
  connect(): Promise<Socket>
}

/** Returns the settings of a daemon that only config.json configures. */
export function configurationWith(config: Config) {
  return effectiveConfiguration({
    options: { source: 'devices' },
    env: {},
    config,
    logLevel: 'info',
  })
}

/** How to start a daemon. */
export interface DaemonOptions {
  limits?: Partial<HttpLimits>
  logLevel?: string
  socket?: boolean
  pageFiles?: PageFiles
  config?: Config
  /** Answers the auditor's questions; default: nothing does. */
  audit?: AuditPort
}

/** Starts a daemon of its own for a suite. */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-http-'))
  const recorder = new StubRecorder(folder)
  const compositions = new StubCompositions()
  const bundles = new StubBundles()
  const logLines: string[] = []
  const sockets: Socket[] = []
  const access = createAccess({
    homeToken: HOME_TOKEN,
    tokens: () => recorder.log.tokens(),
    onRefused: () => recorder.accesses.countRefusedCredential(),
    now: () => Date.now() + daemon.clockOffset,
  })
  const server = await startHttp({
    audit: options.audit ?? NO_AUDIT,
    recorder,
    compositions,
    verifications: NO_VERIFICATIONS,
    bundles,
    access,
    port: 0,
    socketPath: options.socket ? join(folder, 'api.sock') : null,
    version: '1.2.3',
    user: 'tester',
    configuration: configurationWith({ allowedOrigins: [ALLOWED_ORIGIN], ...options.config }),
    logger: pino(
      { level: options.logLevel ?? 'trace' },
      { write: (line: string) => logLines.push(line) },
    ),
    isRunning: () => daemon.ready,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.pageFiles === undefined ? {} : { pageFiles: options.pageFiles }),
  })
  const daemon: Daemon = {
    ...server,
    stop: () => server.close(),
    recorder,
    compositions,
    bundles,
    logLines,
    ready: true,
    clockOffset: 0,
    call(path, { token = HOME_TOKEN, ...init } = {}) {
      const headers = new Headers(init.headers)
      if (token !== null && !headers.has('authorization'))
        headers.set('authorization', `Bearer ${token}`)
      return fetch(new URL(path, server.url), { redirect: 'manual', ...init, headers })
    },
    post(path, body, headers = {}) {
      if (body === undefined) return daemon.call(path, { method: 'POST', headers })
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
      return daemon.call(path, {
        ...init,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
    },
    async tokenFor(...scopes) {
      const { id, secret, sha256 } = newToken()
      await recorder.appendTokenEvent('token.created', { id, name: 'crm', scopes, sha256 }, BY)
      return secret
    },
    async signIn() {
      const { url } = (await (await daemon.post('/v1/ui/launch')).json()) as { url: string }
      const answer = await fetch(url, { redirect: 'manual' })
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    },
    connect: () =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1')
        sockets.push(socket)
        socket.once('error', reject)
        socket.once('connect', () => resolve(socket))
      }),
    async raw(text) {
      const socket = await daemon.connect()
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.write(text)
      await new Promise((resolve) => socket.once('close', resolve))
      return received
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
  return daemon
}
