import type { LogEvent } from '../contract/events.ts'
import { NotReadyError, RecorderProblem, TooManyError } from './errors.ts'
import { pause } from './send.ts'
import { parseServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'
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
 * quarter of a second, and goes on after the last event that came. Throws what waiting does not
 * heal: no credential, no scope, a position beyond the end of the log.
 */
export async function* follow(
  open: OpenStream,
  { after, signal, onConnection, onProblem }: FollowOptions,
): AsyncGenerator<StreamMessage> {
  let position = after
  let retryMs = FIRST_RETRY_MS
  while (!signal?.aborted) {
    const broken = new AbortController()
    const watch = createSilenceWatch(() => broken.abort(new Error('The stream is silent.')))
    const either = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])])
    try {
      onConnection?.('connecting')
      const { body } = await open(position, either)
      onConnection?.('open')
      retryMs = FIRST_RETRY_MS
      watch.heard()
      for await (const message of parseServerSentEvents(body as AsyncIterable<Uint8Array>)) {
        watch.heard()
        if (message === null) continue
        if (message.id !== undefined) position = Number(message.id)
        yield toMessage(message)
      }
    } catch (error) {
      if (signal?.aborted) return
      if (isFinal(error)) throw error
      onProblem?.(error)
    } finally {
      watch.end()
      broken.abort()
    }
    if (signal?.aborted) return
    onConnection?.('lost')
    await pause(retryMs, signal).catch(() => {})
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)
  }
}

/** Whether waiting would not change the recorder's mind. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof RecorderProblem &&
    !(error instanceof NotReadyError || error instanceof TooManyError) &&
    error.status < 500
  )
}

function toMessage({ type, data }: ServerSentEvent): StreamMessage {
  const value: unknown = JSON.parse(data)
  if (type === 'level') return { kind: 'level', level: value as LevelMessage }
  if (type === 'export') return { kind: 'export', progress: value as ExportProgress }
  return { kind: 'event', event: value as LogEvent }
}

function createSilenceWatch(onSilence: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    heard(): void {
      clearTimeout(timer)
      timer = setTimeout(onSilence, SILENCE_MS)
    },
    end: (): void => clearTimeout(timer),
  }
}
