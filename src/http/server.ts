import type { RequestListener } from 'node:http'
import type { Socket, Server as SocketServer } from 'node:net'
import type { Logger } from 'pino'
import type { Access } from '../access/access.ts'
import type { BundlePort } from '../audit/bundle/port.ts'
import type { AuditPort } from '../audit/questions/port.ts'
import type { VerificationsPort } from '../audit/verify/port.ts'
import type { CompositionPort } from '../composition/port.ts'
import type { EffectiveConfiguration } from '../contract/configuration.ts'
import type { OutsiderView } from '../contract/outsiders.ts'
import type { RecorderPort } from '../recorder/port.ts'
import { type Address, addressOf } from './address.ts'
import { type Admission, createAdmission, detachConnectionListener } from './admission/admission.ts'
import type { SlotLimits } from './admission/connection-slots.ts'
import { createApp } from './app.ts'
import { ErasureWatch } from './erasure-watch.ts'
import {
  createNodeServer,
  drain,
  listenOnPort,
  listenOnSocket,
  type ServerLimits,
} from './node-server.ts'
import { NO_PAGE, type PageFiles } from './page/page-files.ts'
import { brokenRequestAnswer } from './requests/broken-request.ts'
import { createStartingListener } from './starting-listener.ts'
import type { StreamLimits } from './streams/event-stream.ts'
import { createEventStreams } from './streams/event-streams.ts'
import type { FeedLimits } from './streams/inspection-feed.ts'
import { createInspectionFeeds } from './streams/inspection-feeds.ts'
import { serveUpgrades } from './streams/upgrade.ts'

/** The dependencies and settings of the HTTP server. */
export interface HttpOptions {
  recorder: RecorderPort
  /** Answers the auditor's questions. */
  audit: AuditPort
  /** Composes a recording's segments into one playable file. */
  compositions: CompositionPort
  /** Verifies the log and its media. */
  verifications: VerificationsPort
  /** Makes bundles of closed recordings. */
  bundles: BundlePort
  /** Returns the state of the services that remember checkpoints; default: none. */
  outsiders?: () => OutsiderView[]
  access: Access
  /** The version of the recorder. */
  version: string
  /** The operating system account of the daemon, for `by.user`. */
  user: string
  /** The settings that are in force. */
  configuration: EffectiveConfiguration
  logger: Logger
  /** Returns false while the daemon is stopping. Commands then get NOT_READY. */
  isRunning: () => boolean
  /** The files of the built page; none when it is not built. */
  pageFiles?: PageFiles
  limits?: Partial<HttpLimits>
}

/** The time limits of the server and its streams, in milliseconds. */
export type HttpLimits = ServerLimits & StreamLimits & FeedLimits

const LIMITS: HttpLimits = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 30_000,
  drainMs: 2_000,
  heartbeatMs: 10_000,
  stallMs: 60_000,
  feedStallMs: 5_000,
}
/**
 * Together below the usual limit of 1,024 open files, so that capture can always start its
 * processes.
 */
const SLOTS: SlotLimits = { strangers: 256, perClient: 64, clients: 256 }
/** The same for the Unix socket, which only the user's own programs can reach. */
const LOCAL_SLOTS: SlotLimits = { strangers: 64, perClient: 64, clients: 128 }
/** The longest time for which a stranger's connection stays open. */
const STRANGER_LIFETIME_MS = 15_000

/** The application with its event streams and inspection feeds, not listening. */
export interface HttpApp {
  callback: RequestListener
  /** Sets the address against which Host and Origin are checked, once it is known. */
  setAddress(address: Address): void
  /** Ends the open event streams and inspection feeds. */
  endStreams(): void
}

/** Creates the application. Its callback can be mounted on any Node server. */
export function createHttpApp(options: HttpOptions): HttpApp {
  const { recorder, compositions, logger } = options
  let address = addressOf(0)
  const limits = { ...LIMITS, ...options.limits }
  const feeds = createInspectionFeeds(limits)
  const streams = createEventStreams({ recorder, compositions }, limits, logger)
  const erasures = new ErasureWatch(recorder.bus)
  const { pageFiles = NO_PAGE, outsiders = () => [] } = options
  const app = createApp({
    ...options,
    ...{ address: () => address, streams, feeds, erasures, pageFiles, outsiders },
  })
  return {
    callback: app.callback(),
    setAddress(newAddress) {
      address = newAddress
    },
    endStreams() {
      streams.end()
      feeds.close()
    },
  }
}

/** How to listen before there is an application. */
export interface ListenOptions {
  access: Access
  /** 0 picks a free port. */
  port: number
  /** The path of a Unix socket to listen on, too. */
  socketPath?: string | null
  /** Returns what the daemon is doing until there is an application, as a sentence. */
  progress: () => string
  /** The files of the built page, which are served from the beginning. */
  pageFiles?: PageFiles
  logger: Logger
  limits?: Partial<HttpLimits>
}

/** A listening HTTP server. */
export interface HttpServer {
  /**
   * Answers with this application from now on. Until then, every request gets 503 NOT_READY with
   * the daemon's progress.
   */
  open(options: HttpOptions): void
  /** `http://127.0.0.1:<port>`. */
  url: string
  port: number
  /** The path of the Unix socket that it listens on, too; null when there is none. */
  socketPath: string | null
  /**
   * Accepts no more requests, ends event streams and idle connections, and waits up to 2 s for
   * unfinished answers.
   */
  close(): Promise<void>
}

/** Listens and opens an application at once. See {@link listenHttp}. */
export async function startHttp(
  options: HttpOptions & Omit<ListenOptions, 'progress'>,
): Promise<HttpServer> {
  const server = await listenHttp({ ...options, progress: () => '' })
  server.open(options)
  return server
}

/**
 * Starts the server on 127.0.0.1, and on a Unix socket when `socketPath` names one. Rejects with a
 * remedy when the port cannot be used.
 */
export async function listenHttp(options: ListenOptions): Promise<HttpServer> {
  const limits = { ...LIMITS, ...options.limits }
  let address = addressOf(0)
  let app: HttpApp | undefined
  const starting = createStartingListener({
    pageFiles: NO_PAGE,
    ...options,
    address: () => address,
  })
  const admissions: Admission[] = []
  const callback: RequestListener = (request, response) => {
    for (const admission of admissions) admission.observe(request, response)
    ;(app?.callback ?? starting)(request, response)
  }
  const server = createNodeServer(callback, limits)
  const serve = detachConnectionListener(server)
  const closeUpgraded = serveUpgrades(server, serve, callback)
  const [remote, local] = [SLOTS, LOCAL_SLOTS].map((slots) =>
    createAdmission(serve, {
      slots,
      headLimitMs: limits.headersTimeoutMs,
      lifetimeMs: STRANGER_LIFETIME_MS,
      lateAnswer: brokenRequestAnswer('ERR_HTTP_REQUEST_TIMEOUT'),
      identify: ({ authorization, cookie }) =>
        options.access.identify(authorization, cookie, address.port),
    }),
  ) as [Admission, Admission]
  admissions.push(remote, local)
  server.on('connection', remote.admit)
  address = addressOf(await listenOnPort(server, options.port))
  const socketServer = await openSocket(options, local.admit)
  const closeIdle = (): void => {
    for (const admission of admissions) admission.closeIdle()
  }
  let closed: Promise<void> | undefined
  return {
    url: address.url,
    port: address.port,
    open(appOptions) {
      app = createHttpApp(appOptions)
      app.setAddress(address)
    },
    socketPath: socketServer === null ? null : (options.socketPath as string),
    close() {
      if (closed === undefined) {
        closed = drain([server, socketServer], { closeIdle, closeUpgraded }, limits.drainMs)
        app?.endStreams()
      }
      return closed
    },
  }
}

/** Opens the Unix socket, if one is wanted. Without it, programs use the port. */
async function openSocket(
  { socketPath, logger }: ListenOptions,
  admit: (socket: Socket) => void,
): Promise<SocketServer | null> {
  if (socketPath === undefined || socketPath === null) return null
  try {
    return await listenOnSocket(socketPath, admit)
  } catch (error) {
    logger.warn({ err: error }, 'the Unix socket cannot be opened; clients use the port')
    return null
  }
}
