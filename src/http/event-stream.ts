import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { CompositionPort } from '../composition/port.ts'
import type { LogEvent } from '../contract/events.ts'
import type { RecorderPort } from '../recorder/port.ts'

/** Times of a stream, in milliseconds. */
export interface StreamLimits {
  /** Between two comments that keep the connection alive; the contract says at most 15 s. */
  heartbeatMs: number
  /** How long a reader may take nothing before it is cut off. */
  stallMs: number
}

/** The sources of an event stream. */
export interface StreamSources {
  recorder: RecorderPort
  compositions: Pick<CompositionPort, 'onProgress'>
}

/** The choices of a client. */
export interface StreamChoices {
  /** The last position that it has. */
  after: number
  /** Audio levels too. */
  levels: boolean
  /** How far exports are, too. */
  exports: boolean
}

/** One client's stream. */
export interface EventStream {
  /** Ends the answer; the client will come again. */
  end(): void
  /** Lets go of everything once the connection is closed. */
  stop(): void
}

const PAGE = 256

function eventText(event: LogEvent): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/**
 * Writes the log's events after a position, first those that are there, then those that come, each
 * once and in order. The bus only says that there is more: an event that does not follow the last
 * one written, or comes while the client is behind, is read from the log instead, so that nothing
 * is buffered but what the socket takes.
 */
export function createEventStream(
  response: ServerResponse,
  { recorder, compositions }: StreamSources,
  options: StreamChoices & { limits: StreamLimits; logger: Logger },
): EventStream {
  const { log, bus } = recorder
  const { limits, logger } = options
  let position = options.after
  /** Highest position that the bus has told of. */
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
        const events = await log.events({ after: position, limit: PAGE })
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

  /** Sends what matters only now; a slow client does not get it later. */
  function aside(name: 'level' | 'export'): (data: unknown) => void {
    return (data) => {
      if (blockedSince === null && !catchingUp)
        write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    }
  }
  const onLevel = aside('level')

  function onDrain(): void {
    blockedSince = null
    void catchUp()
  }

  function beat(): void {
    if (blockedSince === null) {
      write(':\n\n')
      void catchUp()
    } else if (performance.now() - blockedSince > limits.stallMs) response.destroy()
  }

  const heartbeat = setInterval(beat, limits.heartbeatMs)
  response.on('drain', onDrain)
  bus.on('events', onEvents)
  if (options.levels) bus.on('level', onLevel)
  const offProgress = options.exports ? compositions.onProgress(aside('export')) : () => {}
  write('retry: 1000\n\n')
  void catchUp()

  function stop(): void {
    ended = true
    clearInterval(heartbeat)
    bus.off('events', onEvents)
    bus.off('level', onLevel)
    offProgress()
  }
  return {
    end() {
      stop()
      response.end()
    },
    stop,
  }
}
