import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import {
  createEventStream,
  type EventStream,
  type StreamChoices,
  type StreamLimits,
  type StreamSources,
} from './event-stream.ts'

/** The open Server-Sent Events streams of the daemon. */
export interface EventStreams {
  /**
   * Goes on answering on a response whose head has been sent. `after`: the last position the client
   * has.
   */
  open(response: ServerResponse, options: StreamChoices & { clientId: string }): void
  /** Ends the streams of a client whose credential is no longer good, or of all. */
  end(clientId?: string): void
}

/** Creates the register of streams. */
export function createEventStreams(
  sources: StreamSources,
  limits: StreamLimits,
  logger: Logger,
): EventStreams {
  const open = new Map<EventStream, string>()
  return {
    open(response, { clientId, ...choices }) {
      const stream = createEventStream(response, sources, { ...choices, limits, logger })
      open.set(stream, clientId)
      response.on('close', () => {
        open.delete(stream)
        stream.stop()
      })
    },
    end(clientId) {
      for (const [stream, owner] of open) {
        if (clientId === undefined || clientId === owner) stream.end()
      }
    },
  }
}
