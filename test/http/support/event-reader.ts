import { eventually } from '../../support/suite.ts'
import type { Daemon } from './daemon.ts'

/** A block of a Server-Sent Events stream. */
export interface Block {
  id: string | null
  event: string | null
  data: unknown
  comment: boolean
}

/** A client that reads the event stream. */
export interface EventReader {
  answer: Response
  blocks: Block[]
  /** The positions of the events so far. */
  positions(): number[]
  /** Waits until this many events have arrived. */
  received(count: number): Promise<void>
  /** Resolves when the daemon has ended the stream. */
  ended: Promise<void>
  hangUp(): void
}

function parse(text: string): Block {
  const field = (name: string): string | null =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? null
  const data = field('data')
  return {
    id: field('id'),
    event: field('event'),
    data: data === null ? null : JSON.parse(data),
    comment: text.startsWith(':'),
  }
}

/** Opens GET /v1/events. */
export async function readEvents(
  daemon: Daemon,
  options: {
    lastEventId?: number
    levels?: boolean
    exports?: boolean
    token?: string | null
    headers?: Record<string, string>
  } = {},
): Promise<EventReader> {
  const abort = new AbortController()
  const asides = [options.levels && 'levels=1', options.exports && 'exports=1'].filter(
    (aside) => aside,
  )
  const path = `/v1/events${asides.length === 0 ? '' : `?${asides.join('&')}`}`
  const answer = await daemon.call(path, {
    headers: {
      ...options.headers,
      ...(options.lastEventId === undefined
        ? {}
        : { 'last-event-id': String(options.lastEventId) }),
    },
    signal: abort.signal,
    ...(options.token === undefined ? {} : { token: options.token }),
  })
  const blocks: Block[] = []
  async function read(): Promise<void> {
    let rest = ''
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
        rest = parts.pop() ?? ''
        blocks.push(...parts.map(parse))
      }
    } catch {
      // The client or the daemon closed the connection.
    }
  }
  const positions = () =>
    blocks.filter(({ id, data }) => id !== null && data !== null).map(({ id }) => Number(id))
  return {
    answer,
    blocks,
    positions,
    async received(count) {
      await eventually(`${count} events`, () => positions().length >= count)
    },
    ended: read(),
    hangUp: () => abort.abort(),
  }
}
