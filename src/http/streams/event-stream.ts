import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { CompositionPort } from '../../composition/port.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { RecorderPort } from '../../recorder/port.ts'

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
  /** Whether the client's credential is still valid. A UI session ends by itself. */
  isAllowed: () => boolean
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
export class EventStream {
  readonly #response: ServerResponse
  readonly #sources: StreamSources
  readonly #limits: StreamLimits
  readonly #logger: Logger
  readonly #isAllowed: () => boolean
  readonly #heartbeat: NodeJS.Timeout
  readonly #unsubscribe: (() => void)[] = []
  /** The position of the last event that was written. */
  #position: number
  /** The highest position that the bus has announced. */
  #announced: number
  #catchingUp = false
  #blockedSince: number | null = null
  #ended = false

  constructor(
    response: ServerResponse,
    sources: StreamSources,
    options: StreamChoices & { limits: StreamLimits; logger: Logger },
  ) {
    this.#response = response
    this.#sources = sources
    this.#limits = options.limits
    this.#logger = options.logger
    this.#isAllowed = options.isAllowed
    this.#position = options.after
    this.#announced = options.after
    this.#heartbeat = setInterval(() => this.#onHeartbeat(), options.limits.heartbeatMs)
    response.on('drain', () => this.#onDrain())
    this.#subscribe(options)
    // The position lets a client that has seen no event yet go on here after a break. Without data,
    // it is no message (HTML Standard, 9.2.6).
    this.#write(`retry: 1000\nid: ${options.after}\n\n`)
    void this.#catchUp()
  }

  /** Ends the answer. The client will reconnect. */
  end(): void {
    this.dispose()
    this.#response.end()
  }

  /** Removes all listeners and timers, once the connection is closed. */
  dispose(): void {
    this.#ended = true
    clearInterval(this.#heartbeat)
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe()
  }

  #subscribe({ levels, exports }: StreamChoices): void {
    const { bus } = this.#sources.recorder
    const onEvents = (events: readonly LogEvent[]): void => this.#onEvents(events)
    bus.on('events', onEvents)
    this.#unsubscribe.push(() => bus.off('events', onEvents))
    const onLog = (data: unknown): void => this.#writeTransient('log', data)
    bus.on('log', onLog)
    this.#unsubscribe.push(() => bus.off('log', onLog))
    if (levels) {
      const onLevel = (data: unknown): void => this.#writeTransient('level', data)
      bus.on('level', onLevel)
      this.#unsubscribe.push(() => bus.off('level', onLevel))
    }
    if (exports) {
      const onProgress = (data: unknown): void => this.#writeTransient('export', data)
      this.#unsubscribe.push(this.#sources.compositions.onProgress(onProgress))
    }
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#blockedSince ??= performance.now()
  }

  #writeEvent(event: LogEvent): void {
    this.#position = event.position
    this.#write(eventText(event))
  }

  /** Sends a transient message. A client that is behind misses it. */
  #writeTransient(name: 'log' | 'level' | 'export', data: unknown): void {
    if (this.#blockedSince === null && !this.#catchingUp)
      this.#write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #isBehind(): boolean {
    return this.#position < Math.max(this.#announced, this.#sources.recorder.log.position)
  }

  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return
    this.#catchingUp = true
    const { log } = this.#sources.recorder
    try {
      while (!this.#ended && this.#blockedSince === null && this.#isBehind()) {
        const events = await log.events({ after: this.#position, limit: PAGE_SIZE })
        if (events.length === 0) break
        for (const event of events) {
          if (this.#ended || this.#blockedSince !== null) break
          this.#writeEvent(event)
        }
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'event stream cannot read the log')
      this.#response.destroy()
    } finally {
      this.#catchingUp = false
    }
  }

  #onEvents(events: readonly LogEvent[]): void {
    this.#announced = Math.max(this.#announced, events.at(-1)?.position ?? 0)
    if (this.#blockedSince !== null || this.#catchingUp) return
    if (events[0]?.position !== this.#position + 1) void this.#catchUp()
    else for (const event of events) this.#writeEvent(event)
  }

  #onDrain(): void {
    this.#blockedSince = null
    void this.#catchUp()
  }

  #onHeartbeat(): void {
    if (!this.#isAllowed()) this.end()
    else if (this.#blockedSince === null) {
      this.#write(':\n\n')
      void this.#catchUp()
    } else if (performance.now() - this.#blockedSince > this.#limits.stallMs)
      this.#response.destroy()
  }
}
