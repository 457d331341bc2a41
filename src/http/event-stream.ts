import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { CompositionPort } from '../composition/port.ts'
import type { LogEvent } from '../contract/events.ts'
import type { RecorderPort } from '../recorder/port.ts'

/** The time limits of a stream, in milliseconds. */
export interface StreamLimits {
  /**
   * The time between two comments that keep the connection alive. The API promises at most 15 s.
   */
  heartbeatMs: number
  /** The time after which a reader that accepts nothing is disconnected. */
  stallMs: number
}

/** The sources of an event stream. */
export interface StreamSources {
  recorder: RecorderPort
  compositions: Pick<CompositionPort, 'onProgress'>
}

/** The choices of a stream's client. */
export interface StreamChoices {
  /** The last position that the client has. */
  after: number
  /** Whether to send audio levels. */
  levels: boolean
  /** Whether to send the progress of exports. */
  exports: boolean
}

/** One client's stream. */
export interface EventStream {
  /** Ends the answer. The client will reconnect. */
  end(): void
  /** Removes all listeners and timers, once the connection is closed. */
  dispose(): void
}

const PAGE_SIZE = 256

function eventText(event: LogEvent): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/**
 * Writes the log's events after a position, each once and in order: first the stored ones, then new
 * ones as they arrive. An event from the bus is written directly only if it follows the last one
 * and the client is not behind. Otherwise the stream reads it from the log, so that it buffers
 * nothing beyond the socket.
 */
export function createEventStream(
  response: ServerResponse,
  { recorder, compositions }: StreamSources,
  options: StreamChoices & { limits: StreamLimits; logger: Logger },
): EventStream {
  const { log, bus } = recorder
  const { limits, logger } = options
  let position = options.after
  /** The highest position that the bus has announced. */
  let announced = position
  let catchingUp = false
  let blockedSince: number | null = null
  let ended = false

  function write(text: string): void {
    if (!response.write(text)) blockedSince ??= performance.now()
  }

  function writeEvent(event: LogEvent): void {
    position = event.position
    write(eventText(event))
  }

  const isBehind = (): boolean => position < Math.max(announced, log.position)

  async function catchUp(): Promise<void> {
    if (catchingUp) return
    catchingUp = true
    try {
      while (!ended && blockedSince === null && isBehind()) {
        const events = await log.events({ after: position, limit: PAGE_SIZE })
        if (events.length === 0) break
        for (const event of events) {
          if (ended || blockedSince !== null) break
          writeEvent(event)
        }
      }
    } catch (error) {
      logger.error({ err: error }, 'event stream cannot read the log')
      response.destroy()
    } finally {
      catchingUp = false
    }
  }

  function onEvents(events: readonly LogEvent[]): void {
    announced = Math.max(announced, events.at(-1)?.position ?? 0)
    if (blockedSince !== null || catchingUp) return
    if (events[0]?.position !== position + 1) void catchUp()
    else for (const event of events) writeEvent(event)
  }

  /** Creates a listener that sends transient messages. A client that is behind misses them. */
  function transientWriter(name: 'level' | 'export'): (data: unknown) => void {
    return (data) => {
      if (blockedSince === null && !catchingUp)
        write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    }
  }
  const onLevel = transientWriter('level')

  function onDrain(): void {
    blockedSince = null
    void catchUp()
  }

  function onHeartbeat(): void {
    if (blockedSince === null) {
      write(':\n\n')
      void catchUp()
    } else if (performance.now() - blockedSince > limits.stallMs) response.destroy()
  }

  const heartbeat = setInterval(onHeartbeat, limits.heartbeatMs)
  response.on('drain', onDrain)
  bus.on('events', onEvents)
  if (options.levels) bus.on('level', onLevel)
  const unsubscribeProgress = options.exports
    ? compositions.onProgress(transientWriter('export'))
    : () => {}
  write('retry: 1000\n\n')
  void catchUp()

  function dispose(): void {
    ended = true
    clearInterval(heartbeat)
    bus.off('events', onEvents)
    bus.off('level', onLevel)
    unsubscribeProgress()
  }
  return {
    end() {
      dispose()
      response.end()
    },
    dispose,
  }
}
