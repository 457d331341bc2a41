import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { RecorderPort } from '../recorder/port.ts'
import { createEventStream, type EventStream, type StreamLimits } from './event-stream.ts'

/** The open Server-Sent Events streams of the daemon. */
export interface EventStreams {
  /** Goes on answering on a response whose head has been sent. `after`: the last position the client has. */
  open(response: ServerResponse, options: { after: number; levels: boolean; clientId: string }): void
  /** Ends the streams of a client whose credential is no longer good, or of all. */
  end(clientId?: string): void
}

/** Creates the register of streams. */
export function createEventStreams(recorder: RecorderPort, limits: StreamLimits, logger: Logger): EventStreams {
  const open = new Map<EventStream, string>()
  return {
    open(response, { after, levels, clientId }) {
      const stream = createEventStream(response, recorder, { after, levels, limits, logger })
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
