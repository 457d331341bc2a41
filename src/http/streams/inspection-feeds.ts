import { WebSocketServer } from 'ws'
import { RecorderError } from '../../contract/errors.ts'
import type { InspectionMessage } from '../../contract/inspection.ts'
import { redactTags } from '../../inspection/redact.ts'
import { SECURITY_HEADERS } from '../answers/send-answer.ts'
import type { HttpContext } from '../context.ts'
import { assertStreamRoom } from './assert-stream-room.ts'
import { type FeedChoices, type FeedLimits, InspectionFeed } from './inspection-feed.ts'
import { upgradableConnection } from './upgrade.ts'

/** The longest message of a client, in bytes. */
const MAX_MESSAGE_BYTES = 4_096

/** How to open a feed. */
export interface FeedRequest {
  /** Whose feed it is. */
  owner: string
  isAllowed: FeedChoices['isAllowed']
  /** Whether the values of tags are sent. */
  showsTags: boolean
  /** Begins to send. Returns what ends it, and what is done with the client's messages. */
  begin(feed: InspectionFeed): { end(): void; onMessage(text: string): void }
}

/** Tracks the daemon's open inspection feeds. */
export interface InspectionFeeds {
  /** Throws TOO_MANY_STREAMS when a client has as many feeds as it may. */
  assertRoom(owner: string): void
  /** Throws UPGRADE_REQUIRED, or INVALID_REQUEST, when a request does not open a web socket. */
  assertUpgrade(ctx: HttpContext): void
  /** Turns a request into a web socket, which must be possible. */
  open(ctx: HttpContext, request: FeedRequest): void
  /** Ends the feeds of one client or UI session, whose credential was revoked. */
  endFor(owner: string): void
  /** Ends all feeds, because the daemon ends. */
  close(): void
}

/** Creates the feeds of a daemon, none of which is open yet. */
export function createInspectionFeeds(limits: FeedLimits): InspectionFeeds {
  const open = new Map<InspectionFeed, string>()
  const write = createWriter()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    // One message or ping a turn of the event loop: a flood of them must not delay anybody else.
    allowSynchronousEvents: false,
  })
  let isClosed = false
  return {
    assertRoom(owner) {
      if (isClosed) throw new RecorderError('NOT_READY', 'The recorder is stopping.')
      assertStreamRoom(open.values(), owner, 'inspection feeds')
    },
    assertUpgrade,
    open(ctx, { owner, isAllowed, showsTags, begin }) {
      const connection = upgradableConnection(ctx.req)
      if (connection === undefined) return
      ctx.respond = false
      ctx.res.statusCode = 101
      connection.detach()
      const headers = [...SECURITY_HEADERS, ...ctx.state.headers]
      server.once('headers', (lines: string[]) => lines.push(...headerLines(headers)))
      server.handleUpgrade(ctx.req, connection.socket, connection.head, (socket) => {
        const choices = { isAllowed, write: write(showsTags) }
        const feed = new InspectionFeed(socket, choices, limits)
        open.set(feed, owner)
        const { end, onMessage } = begin(feed)
        socket.once('close', () => {
          open.delete(feed)
          end()
        })
        socket.on('message', (data, isBinary) => {
          if (feed.isOver) return
          if (isBinary) feed.refuse('Messages must be JSON texts.')
          else onMessage(String(data))
        })
      })
      server.removeAllListeners('headers')
    },
    endFor(owner) {
      for (const [feed, other] of open)
        if (other === owner) feed.refuse('The credential has ended.')
    },
    close() {
      isClosed = true
      for (const feed of open.keys()) feed.leave()
    },
  }
}

/** Refuses what `ws` would refuse without a problem document. */
function assertUpgrade({ req }: HttpContext): void {
  const { 'sec-websocket-key': key, 'sec-websocket-version': version } = req.headers
  if (upgradableConnection(req) === undefined || version !== '13')
    throw new RecorderError('UPGRADE_REQUIRED', 'GET /v1/inspect is a web socket.')
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key)) {
    const detail = 'Sec-WebSocket-Key must be 16 bytes in base64.'
    throw new RecorderError('INVALID_REQUEST', detail, {
      members: { errors: [{ pointer: '', detail }] },
    })
  }
}

function headerLines(headers: readonly string[]): string[] {
  return headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1]}`] : []))
}

/**
 * Creates the function that returns the writer of messages with or without the values of tags. All
 * feeds share the texts.
 */
function createWriter() {
  const texts = [new WeakMap<InspectionMessage, string>(), new WeakMap<InspectionMessage, string>()]
  return (showsTags: boolean) =>
    (message: InspectionMessage): string => {
      const known = texts[showsTags ? 1 : 0]!
      let text = known.get(message)
      if (text === undefined) {
        text = JSON.stringify(showsTags ? message : redactTags(message))
        known.set(message, text)
      }
      return text
    }
}
