import { chmod, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import {
  type AddressInfo,
  createServer as createSocketServer,
  type ListenOptions,
  type Socket,
  type Server as SocketServer,
} from 'node:net'
import { StallWatch } from '../time/stall-watch.ts'
import { answerBrokenRequest } from './requests/broken-request.ts'

/** The time limits of a server, in milliseconds. */
export interface ServerLimits {
  /** The longest time a client may take to send the head of a request. */
  headersTimeoutMs: number
  /** The longest time a client may take to send a whole request. Answers have no limit. */
  requestTimeoutMs: number
  /** The longest time `close` waits for unfinished answers. */
  drainMs: number
}

const KEEP_ALIVE_MS = 30_000

/** Creates Node's HTTP server for an application, not listening. */
export function createNodeServer(callback: RequestListener, limits: ServerLimits): Server {
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
  // Node drops headers beyond its limit silently, so that a second Host could hide there. The size
  // of a head is limited anyway.
  server.maxHeadersCount = 0
  // Otherwise Node would ask for the body, or refuse the expectation, before the gate has checked
  // the head.
  server.on('checkContinue', callback)
  server.on('checkExpectation', callback)
  server.on('clientError', answerBrokenRequest)
  return server
}

/**
 * Listens on a port of 127.0.0.1 and returns it. Rejects with a remedy. `port` 0 picks a free one.
 */
export async function listenOnPort(server: Server, port: number): Promise<number> {
  try {
    // `localhost` may also mean [::1], where another program can listen on the same port.
    await listen(server, { host: '127.0.0.1', port, exclusive: true })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const reason =
      code === 'EADDRINUSE' ? 'is taken, perhaps by another recorder' : `cannot be used (${code})`
    const remedy =
      'Stop that program, or choose another port with --port or F2F_PORT (0 picks a free one).'
    throw new Error(`Port ${port} of 127.0.0.1 ${reason}. ${remedy}`, { cause })
  }
  return (server.address() as AddressInfo).port
}

/**
 * Opens a Unix domain socket (on Windows a named pipe) that only the user's own programs can reach.
 * A socket that an earlier daemon left there is replaced: the caller holds the lock of the home.
 */
export async function listenOnSocket(
  path: string,
  onConnection: (socket: Socket) => void,
): Promise<SocketServer> {
  const server = createSocketServer({ allowHalfOpen: true }, onConnection)
  const isFile = process.platform !== 'win32'
  if (isFile) await rm(path, { force: true })
  await listen(server, { path })
  if (isFile) await chmod(path, 0o600)
  return server
}

function listen(server: SocketServer, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/**
 * Closes a server, and a socket server that shares its connections: they accept no more, idle
 * connections are closed until none is left, and all of them when the time is over.
 */
export async function drain(
  [server, socketServer]: [Server, SocketServer | null],
  { closeIdle, closeUpgraded }: { closeIdle(): void; closeUpgraded(): void },
  drainMs: number,
): Promise<void> {
  // A connection stays open after its answer. The timer closes idle ones until none is left.
  const idleTimer = setInterval(closeIdle, 20)
  // An answer may be ready while this process is held.
  const limit = new StallWatch(drainMs, () => {
    server.closeAllConnections()
    closeUpgraded()
  })
  await Promise.all([server, socketServer].map(closed))
  clearInterval(idleTimer)
  limit.stop()
}

function closed(server: SocketServer | null): Promise<void> {
  return new Promise((resolve) => {
    if (server === null) resolve()
    else server.close(() => resolve())
  })
}
