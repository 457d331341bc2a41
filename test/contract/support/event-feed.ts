import assert from 'node:assert/strict'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { TestDaemon } from '../../support/daemon.ts'

/** One message of a stream of Server-Sent Events; of a comment only its text is there. */
export interface Message {
  id?: string
  event?: string
  data?: string
  comment?: string
}

/** An open stream of a daemon's events. */
export interface EventFeed {
  /** Every message received. */
  readonly messages: readonly Message[]
  /** The log's events received, in order. */
  readonly events: readonly LogEvent[]
  /** Resolves when the daemon has ended the stream. */
  readonly ended: Promise<void>
  /** Resolves with the first matching event, including earlier ones. */
  event(what: string, fits: (event: LogEvent) => boolean): Promise<LogEvent>
  /**
   * Waits for a condition, checked at every message. Rejects when the stream ends first.
   */
  until<T>(what: string, probe: () => T | undefined | false): Promise<T>
  close(): void
}

/** The options of a stream. Without `after` it begins with the next event. */
export interface FeedOptions {
  /** Position of the last event that is not wanted. */
  after?: number
  levels?: boolean
  exports?: boolean
  /** The credential (default: the home token). */
  headers?: Record<string, string | undefined>
}

/** Opens the stream; resolves when the daemon has sent its head. */
export async function openFeed(daemon: TestDaemon, options: FeedOptions = {}): Promise<EventFeed> {
  const {
    after,
    levels = false,
    exports = false,
    headers = { Authorization: `Bearer ${daemon.token}` },
  } = options
  const stop = new AbortController()
  const all = new Headers(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  if (after !== undefined) all.set('Last-Event-ID', String(after))
  const response = await fetch(
    `${daemon.url}/v1/events?levels=${levels ? 1 : 0}&exports=${exports ? 1 : 0}`,
    {
      headers: all,
      signal: stop.signal,
    },
  )
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')

  const messages: Message[] = []
  const events: LogEvent[] = []
  const probes = new Set<() => void>()
  let over = false

  async function read(): Promise<void> {
    let text = ''
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + chunk).split('\n\n')
        text = blocks.pop()!
        for (const block of blocks) onMessage(messageOf(block))
      }
    } catch {
      // The test closed the stream, or the daemon was killed.
    }
    over = true
    for (const probe of [...probes]) probe()
  }

  function onMessage(message: Message): void {
    messages.push(message)
    if (message.data !== undefined && message.id !== undefined) {
      const event: LogEvent = JSON.parse(message.data)
      assert.equal(message.id, String(event.position))
      assert.equal(message.event, event.type)
      events.push(event)
    }
    for (const probe of [...probes]) probe()
  }

  function until<T>(what: string, probe: () => T | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const ask = (): void => {
        const value = probe()
        const found = value !== undefined && value !== false
        if (!found && !over) return
        probes.delete(ask)
        if (found) resolve(value)
        else reject(new Error(`the stream ended before: ${what}`))
      }
      probes.add(ask)
      ask()
    })
  }

  const ended = read()
  return {
    messages,
    events,
    ended,
    until,
    event: (what, fits) => until(what, () => events.find(fits)),
    close: () => stop.abort(),
  }
}

function messageOf(block: string): Message {
  const message: Message = {}
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) message.comment = line.slice(1).trim()
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (name !== undefined) message[name as 'id' | 'event' | 'data'] = value
  }
  return message
}
