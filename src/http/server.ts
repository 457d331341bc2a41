import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Access } from '../access/access.ts'
import type { CompositionPort } from '../composition/port.ts'
import type { RecorderPort } from '../recorder/port.ts'
import { type Address, addressOf } from './address.ts'
import { createApp } from './app.ts'
import { answerBrokenRequest } from './broken-request.ts'
import type { StreamLimits } from './event-stream.ts'
import { createEventStreams } from './event-streams.ts'

/** The dependencies and settings of the HTTP server. */
export interface HttpOptions {
  recorder: RecorderPort
  /** Composes a recording's segments into one playable file. */
  compositions: CompositionPort
  access: Access
  /** The version of the recorder. */
  version: string
  /** The operating system account of the daemon, for `by.user`. */
  user: string
  /** The origins whose pages may call the recorder, such as `https://crm.example`. */
  allowedOrigins: readonly string[]
  logger: Logger
  /** Returns false while the daemon is stopping. Commands then get NOT_READY. */
  isRunning: () => boolean
  limits?: Partial<HttpLimits>
}

/** The time limits of the server, in milliseconds. */
export interface HttpLimits extends StreamLimits {
  /** The longest time a client may take to send the head of a request. */
  headersTimeoutMs: number
  /** The longest time a client may take to send a whole request. Answers have no limit. */
  requestTimeoutMs: number
  /** The longest time `close` waits for unfinished answers. */
  drainMs: number
}

const LIMITS: HttpLimits = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 30_000,
  drainMs: 2_000,
  heartbeatMs: 10_000,
  stallMs: 60_000,
}
const KEEP_ALIVE_MS = 30_000
/**
 * Far below the usual limit of 1,024 open files, so that capture can always start its processes.
 */
const MAX_CONNECTIONS = 128

/** The application with its event streams, not listening. */
export interface HttpApp {
  callback: RequestListener
  /** Sets the address against which Host and Origin are checked, once it is known. */
  setAddress(address: Address): void
  /** Ends the open event streams. */
  endStreams(): void
}

/** Creates the application. Its callback can be mounted on any Node server. */
export function createHttpApp(options: HttpOptions): HttpApp {
  const { recorder, compositions, logger } = options
  let address = addressOf(0)
  const streams = createEventStreams(
    { recorder, compositions },
    { ...LIMITS, ...options.limits },
    logger,
  )
  const app = createApp({ ...options, address: () => address, streams }, options.allowedOrigins)
  return {
    callback: app.callback(),
    setAddress(newAddress) {
      address = newAddress
    },
    endStreams: () => streams.end(),
  }
}

/** A listening HTTP server. */
export interface HttpServer {
  /** `http://127.0.0.1:<port>`. */
  url: string
  port: number
  /**
   * Accepts no more requests, ends event streams and idle connections, and waits up to 2 s for
   * unfinished answers.
   */
  close(): Promise<void>
}

function createNodeServer(callback: RequestListener, limits: HttpLimits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // Node checks the limits above only this often. Its default of 30 s would defeat them.
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The gate refuses a request without Host, with an error code.
      requireHostHeader: false,
    },
    callback,
  )
  server.maxConnections = MAX_CONNECTIONS
  // Otherwise Node would ask for the body before the head has been checked.
  server.on('checkContinue', callback)
  server.on('clientError', answerBrokenRequest)
  return server
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE'
          ? 'is taken, perhaps by another recorder'
          : `cannot be used (${cause.code})`
      const remedy =
        'Stop that program, or choose another port with --port or F2F_PORT (0 picks a free one).'
      reject(new Error(`Port ${port} of 127.0.0.1 ${reason}. ${remedy}`, { cause }))
    })
    // `localhost` may also mean [::1], where another program can listen on the same port.
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
      resolve((server.address() as AddressInfo).port),
    )
  })
}

function closeServer(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection stays open after its answer. The timer closes idle ones until none is left.
    const idleTimer = setInterval(() => server.closeIdleConnections(), 20)
    const drainTimer = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearInterval(idleTimer)
      clearTimeout(drainTimer)
      resolve()
    })
  })
}

/**
 * Starts the server on 127.0.0.1. `port` 0 picks a free port. Rejects with a remedy when the port
 * cannot be used.
 */
export async function startHttp(options: HttpOptions & { port: number }): Promise<HttpServer> {
  const limits = { ...LIMITS, ...options.limits }
  const app = createHttpApp(options)
  const server = createNodeServer(app.callback, limits)
  const address = addressOf(await listen(server, options.port))
  app.setAddress(address)
  let closed: Promise<void> | undefined
  return {
    url: address.url,
    port: address.port,
    close() {
      if (closed === undefined) {
        closed = closeServer(server, limits.drainMs)
        app.endStreams()
      }
      return closed
    },
  }
}
