import type { LogEvent } from '../contract/events.ts'
import type { LogMessage } from '../contract/log-message.ts'
import { ConnectionError, NotReadyError, RecorderProblem, TooManyError } from './errors.ts'
import { pause } from './pause.ts'
import { type ServerSentEvent, ServerSentEventParser } from './server-sent-events.ts'
import { StreamSignal } from './stream-signal.ts'
import type { ExportProgress, LevelMessage, StreamMessage } from './types.ts'

/** How to follow the recorder. */
export interface FollowOptions {
  /** The position of the last event that is known; without it, the next event is the first. */
  after?: number | undefined
  /** Also the loudness of sound tracks, about ten times a second. */
  levels?: boolean | undefined
  /** Also the progress of composed files. */
  exports?: boolean | undefined
  /** Ends the following. */
  signal?: AbortSignal | undefined
  /** Called when the stream is opened, is open, and has broken. */
  onConnection?: ((state: 'connecting' | 'open' | 'lost') => void) | undefined
  /**
   * Called with the position of each event, and before the first with the one after which the
   * stream goes on: a later following that begins there misses nothing.
   */
  onPosition?: ((position: number) => void) | undefined
  /** Called with the reason of each interruption that will be tried to heal. */
  onProblem?: ((error: unknown) => void) | undefined
}

/** Opens the stream after a position. */
export type OpenStream = (
  after: number | undefined,
  signal: AbortSignal,
) => Promise<Pick<Response, 'body'>>

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000
/** The recorder sends a comment every 10 s, so a stream that is silent for longer is dead. */
const SILENCE_MS = 25_000

/**
 * Follows the recorder until the signal aborts. A broken stream is opened again, at first after a
 * quarter of a second, and goes on after the last event that came, or where it began. Throws what
 * waiting does not heal: no credential, no scope, a position beyond the end of the log.
 */
export async function* follow(
  open: OpenStream,
  { after, signal, onConnection, onPosition, onProblem }: FollowOptions,
  silenceMs = SILENCE_MS,
): AsyncGenerator<StreamMessage, void, undefined> {
  let position = after
  let retryMs = FIRST_RETRY_MS
  while (!signal?.aborted) {
    const stream = new StreamSignal(signal, silenceMs)
    try {
      onConnection?.('connecting')
      const { body } = await open(position, stream.signal)
      onConnection?.('open')
      retryMs = FIRST_RETRY_MS
      for await (const block of readBlocks(body, stream)) {
        if (block.id !== undefined) {
          position = Number(block.id)
          onPosition?.(position)
        }
        const message = toMessage(block)
        if (message !== null) yield message
        if (signal?.aborted) return
      }
    } catch (error) {
      if (signal?.aborted) return
      if (isFinal(error)) throw error
      onProblem?.(error)
    } finally {
      stream.end()
    }
    if (signal?.aborted) return
    onConnection?.('lost')
    await pause(retryMs, signal).catch(() => {})
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)
  }
}

/** Reads with a reader, because Safari cannot iterate over a stream. */
async function* readBlocks(
  body: Response['body'],
  stream: StreamSignal,
): AsyncGenerator<ServerSentEvent> {
  if (body === null) throw new ConnectionError('The event stream is empty.')
  const parser = new ServerSentEventParser()
  const reader = body.getReader()
  for (;;) {
    stream.expectBytes()
    const { done, value } = await reader.read().catch((cause) => {
      stream.signal.throwIfAborted()
      if (!(cause instanceof TypeError)) throw cause
      throw new ConnectionError('The event stream has broken.', { cause })
    })
    stream.expectNothing()
    if (done) return
    yield* parser.push(value)
  }
}

/** Whether waiting would not help: a refusal of the recorder, or a fault of the program. */
function isFinal(error: unknown): boolean {
  if (error instanceof ConnectionError) return false
  if (!(error instanceof RecorderProblem)) return true
  return !(error instanceof NotReadyError || error instanceof TooManyError) && error.status < 500
}

/** Returns the message; null for a mere position, and for one that only a later version knows. */
function toMessage({ id, type, data }: ServerSentEvent): StreamMessage | null {
  if (data === '') return null
  const value: unknown = JSON.parse(data)
  if (id !== undefined) return { kind: 'event', event: value as LogEvent }
  if (type === 'level') return { kind: 'level', level: value as LevelMessage }
  if (type === 'log') return { kind: 'log', log: value as LogMessage }
  if (type === 'export') return { kind: 'export', progress: value as ExportProgress }
  return null
}
