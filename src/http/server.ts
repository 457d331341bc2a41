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

/** The parts that the HTTP server works with. */
export interface HttpOptions {
  recorder: RecorderPort
  /** Makes one playable file of a recording's pieces. */
  compositions: CompositionPort
  access: Access
  /** Version of the recorder. */
  version: string
  /** Operating system account of the daemon, for `by.user`. */
  user: string
  /** Origins whose pages may call the recorder, such as `https://crm.example`. */
  allowedOrigins: readonly string[]
  logger: Logger
  /** False while the daemon is stopping: commands are then answered with NOT_READY. */
  isReady: () => boolean
  limits?: Partial<HttpLimits>
}

/** Times in milliseconds. */
export interface HttpLimits extends StreamLimits {
  /** How long a client may take for the head of a request. */
  headersTimeoutMs: number
  /**
   * How long a client may take for a whole request; what is answered may take as long as it likes.
   */
  requestTimeoutMs: number
  /** How long `close` waits for answers that are under way. */
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
 * Far below the usual limit of 1,024 open files, so that recording can always start its processes.
 */
const MAX_CONNECTIONS = 128

/** The application with all that belongs to it, not listening. */
export interface HttpApp {
  callback: RequestListener
  /** The address that Host and Origin are checked against; to be told once it is known. */
  listensOn(address: Address): void
  /** Ends the open event streams. */
  endStreams(): void
}

/** Creates the application; tests may mount its callback wherever they like. */
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
    listensOn(known) {
      address = known
    },
    endStreams: () => streams.end(),
  }
}

/** A listening HTTP side. */
export interface HttpServer {
  /** `http://127.0.0.1:<port>`. */
  url: string
  port: number
  /**
   * Takes no more requests, ends event streams and idle connections, and waits up to 2 s for
   * answers that are under way.
   */
  close(): Promise<void>
}

function createNodeServer(callback: RequestListener, limits: HttpLimits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // Node looks for what took too long only this often; its default of 30 s would make the
      // limits above a fiction.
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A request without Host is ours to refuse, with our code.
      requireHostHeader: false,
    },
    callback,
  )
  server.maxConnections = MAX_CONNECTIONS
  // Without this Node asks for the body before anybody has looked at the head.
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
    // The literal address: `localhost` may mean [::1] too, where others can listen on the same
    // port.
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
      resolve((server.address() as AddressInfo).port),
    )
  })
}

function closeServer(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose answer has left stays open for the next request: idle ones are looked for
    // until none is left.
    const idle = setInterval(() => server.closeIdleConnections(), 20)
    const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(deadline)
      resolve()
    })
  })
}

/**
 * Listens on 127.0.0.1; `port` 0 picks a free one. Rejects, saying what to do, when the port cannot
 * be had.
 */
export async function startHttp(options: HttpOptions & { port: number }): Promise<HttpServer> {
  const limits = { ...LIMITS, ...options.limits }
  const app = createHttpApp(options)
  const server = createNodeServer(app.callback, limits)
  const address = addressOf(await listen(server, options.port))
  app.listensOn(address)
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
