import type { LogEvent } from '../contract/events.ts'
import type { Api } from './connection/api.ts'

/** How to follow the log. */
export interface FollowOptions {
  /** The position of the last event that is known; undefined begins with the next one. */
  after: number | undefined
  /** Ends the following. */
  signal: AbortSignal
  onEvent(event: LogEvent): void
  /** Called when the stream has broken, before it is opened again. */
  onBroken?(): void
}

/**
 * Follows the events of the log until the signal aborts, through interruptions. Rejects when the
 * first opening fails, or when the API refuses a later one.
 */
export async function followEvents(api: Api, options: FollowOptions): Promise<void> {
  const { after, signal, onEvent, onBroken } = options
  let hasOpened = false
  const stream = api.follow({
    after,
    signal,
    onConnection(state) {
      if (state === 'open') hasOpened = true
      if (state === 'lost') onBroken?.()
    },
    onProblem(error) {
      if (!hasOpened) throw error
    },
  })
  for await (const message of stream) if (message.kind === 'event') onEvent(message.event)
}
