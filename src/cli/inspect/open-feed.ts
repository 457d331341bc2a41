import { connect } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { createClient, type FeedSocketConstructor } from '../../client/client.ts'
import type { InspectionMessage } from '../../contract/inspection.ts'
import { isOwnSocket } from '../../home/api-socket.ts'
import type { Home } from '../../home/home.ts'
import { assertIdentity } from '../connection/assert-identity.ts'
import { findDaemon, readToken } from '../connection/find-daemon.ts'
import { createHomeFetch } from '../connection/home-fetch.ts'
import { readPast } from './read-past.ts'

/** The feed that is wanted. */
export interface FeedRequest {
  /** A recording whose past is shown; undefined: what is alive. */
  recording: string | undefined
  position: number | undefined
  /** Times the speed at which it happened; undefined: as fast as it can be read. */
  speed: number | undefined
  /** Also the values of tags. */
  tags: boolean
}

/**
 * Opens the inspection feed of a home's recorder. As for requests, it uses the Unix socket of the
 * home, or else the port once the program behind it has proved to know the token.
 */
export async function openFeed(
  home: Home,
  request: FeedRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<InspectionMessage>> {
  const daemon = await findDaemon(home)
  const token = await readToken(home)
  const path =
    daemon.socket !== undefined && (await isOwnSocket(daemon.socket)) ? daemon.socket : null
  if (path === null) await assertIdentity(daemon, token, signal)
  const homeFetch = createHomeFetch(home, signal)
  const client = createClient({
    ...{ url: daemon.url, token },
    // The reason of a refusal is asked for like everything else.
    fetch: (url, init) => homeFetch(String(url).slice(daemon.url.length), init),
  })
  const feed = client.inspect({ ...request, signal, WebSocket: socketThrough(path) })
  return request.recording === undefined ? feed : readPast(feed, request.speed)
}

/** Returns a web socket that connects through a Unix socket; null is the port. */
function socketThrough(path: string | null): FeedSocketConstructor {
  const through: ClientOptions = path === null ? {} : { createConnection: () => connect(path) }
  class HomeSocket extends WebSocket {
    constructor(url: string, options?: ClientOptions) {
      super(url, { ...options, ...through, perMessageDeflate: false })
    }
  }
  return HomeSocket as unknown as FeedSocketConstructor
}
