import { setTimeout as delay } from 'node:timers/promises'
import type { LogEvent } from '../contract/events.ts'
import type { Api } from './api.ts'
import { ProblemError } from './problem.ts'

const RETRY_MS = 1_000
/** Too many streams, HTTP 429: one of them may end. */
const TOO_MANY = 429

/** How to follow the log. */
export interface FollowOptions {
  /** The position of the last event that is known; undefined begins with the next one. */
  after: number | undefined
  /** Ends the following. */
  signal: AbortSignal
  onEvent(event: LogEvent): void
  /** Called when the stream is open, first and again after each interruption. */
  onOpen?(): void
  /** Called when the stream has broken, before it is opened again. */
  onBroken?(): void
}

/**
 * Follows the events of the log until the signal aborts. A broken stream is opened again after a
 * second, and goes on after the last event that came. Rejects when the first opening fails, or when
 * the API refuses a later one.
 */
export async function followEvents(api: Api, options: FollowOptions): Promise<void> {
  const { signal, onEvent, onOpen, onBroken } = options
  let { after } = options
  let hasOpened = false
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> =
        after === undefined ? {} : { 'last-event-id': String(after) }
      const stream = await api.open('/events', {}, signal, headers)
      hasOpened = true
      onOpen?.()
      let buffered = ''
      for await (const chunk of stream.setEncoding('utf8')) {
        const blocks = (buffered + chunk).split('\n\n')
        buffered = blocks.pop() ?? ''
        for (const block of blocks) {
          const event = eventIn(block)
          if (event === undefined) continue
          after = event.position
          onEvent(event)
        }
      }
    } catch (error) {
      if (signal.aborted) return
      if (!hasOpened || isRefusal(error)) throw error
    }
    if (signal.aborted) return
    onBroken?.()
    await delay(RETRY_MS, undefined, { signal }).catch(() => {})
  }
}

/** Whether the API has refused the request and would do so again. */
function isRefusal(error: unknown): boolean {
  const { status = 0 } = error instanceof ProblemError ? error.problem : {}
  return status >= 400 && status < 500 && status !== TOO_MANY
}

/** Returns the event of the log in a message; undefined in a comment or another message. */
function eventIn(message: string): LogEvent | undefined {
  const data = /^id: \d+\n(?:.*\n)*?data: (.+)$/m.exec(message)?.[1]
  return data === undefined ? undefined : JSON.parse(data)
}
