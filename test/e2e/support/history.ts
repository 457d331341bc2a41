import assert from 'node:assert/strict'
import type { EventOf, EventType, LogEvent } from '../../../src/contract/events.ts'
import type { SegmentView } from '../../../src/contract/views.ts'
import type { TestDaemon } from '../../support/daemon.ts'

/** The events of a recording, oldest first, by the API. */
export async function eventsOf(daemon: TestDaemon, recordingId = 'current'): Promise<LogEvent[]> {
  return allOf(daemon, `/recordings/${recordingId}/events`)
}

/** The stored pieces of a recording, by the API. */
export async function segmentsOf(
  daemon: TestDaemon,
  recordingId = 'current',
): Promise<SegmentView[]> {
  return allOf(daemon, `/recordings/${recordingId}/segments`)
}

async function allOf<T>(daemon: TestDaemon, path: string): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { status, body } = await daemon.api('GET', `${path}?limit=1000${from}`)
    assert.equal(status, 200, JSON.stringify(body))
    items.push(...body.items)
    cursor = body.nextCursor
  } while (cursor !== null)
  return items
}

/** How long the event stream may be silent before the event that ends it has come. */
const SILENCE_LIMIT_MS = 10_000

/** The events of the whole log from its beginning, by the event stream, up to one that `isLast`. */
export async function wholeLog(
  daemon: TestDaemon,
  isLast: (event: LogEvent) => boolean,
): Promise<LogEvent[]> {
  const stop = new AbortController()
  const { signal } = stop
  // Not AbortSignal.timeout within AbortSignal.any: Node 20 collects it, and the test never ends.
  const timer = setTimeout(() => stop.abort(), SILENCE_LIMIT_MS)
  const headers = { Authorization: `Bearer ${daemon.token}`, 'Last-Event-ID': '0' }
  const response = await fetch(`${daemon.url}/v1/events`, { headers, signal })
  assert.equal(response.status, 200)
  const events: LogEvent[] = []
  let text = ''
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      timer.refresh()
      const messages = (text + chunk).split('\n\n')
      text = messages.pop()!
      for (const message of messages) {
        const data = /^data: (.*)$/m.exec(message)?.[1]
        if (data === undefined) continue
        const event: LogEvent = JSON.parse(data)
        events.push(event)
        if (isLast(event)) return events
      }
    }
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
  throw new Error(`the event stream ended after ${events.length} events`)
}

/** The events of one type. */
export function ofType<T extends EventType>(events: readonly LogEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}
