import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { assertStreamRoom } from './assert-stream-room.ts'
import {
  EventStream,
  type StreamChoices,
  type StreamLimits,
  type StreamSources,
} from './event-stream.ts'

/** Tracks the daemon's open Server-Sent Events streams. */
export interface EventStreams {
  /** Throws TOO_MANY_STREAMS when a client has as many streams as it may. */
  assertRoom(clientId: string): void
  /**
   * Opens a stream on a response whose head has been sent. `after` is the last position that the
   * client has.
   */
  open(response: ServerResponse, options: StreamChoices & { clientId: string }): void
  /**
   * Ends the streams of one client or UI session, whose credential was revoked, or of all clients.
   */
  end(clientId?: string): void
}

/** Creates the streams of a daemon, none of which is open yet. */
export function createEventStreams(
  sources: StreamSources,
  limits: StreamLimits,
  logger: Logger,
): EventStreams {
  const open = new Map<EventStream, string>()
  return {
    assertRoom: (clientId) => assertStreamRoom(open.values(), clientId, 'event streams'),
    open(response, { clientId, ...choices }) {
      const stream = new EventStream(response, sources, { ...choices, limits, logger })
      open.set(stream, clientId)
      response.on('close', () => {
        open.delete(stream)
        stream.dispose()
      })
    },
    end(clientId) {
      for (const [stream, owner] of open) {
        if (clientId === undefined || clientId === owner) stream.end()
      }
    },
  }
}
