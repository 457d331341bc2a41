import { RecorderProblem, UnauthenticatedError } from '../../client/errors.ts'
import { followOver } from '../../client/follow-over.ts'
import { createTransport } from '../../client/transport.ts'
import type { LevelMessage, StreamMessage } from '../../client/types.ts'

/** The state of a stream. Only while it is `open` does the page learn of every change. */
export type StreamState = 'connecting' | 'open' | 'lost' | 'signedOut'

/**
 * A message of a stream to its windows. `levels`: the loudest of each medium, where the stream
 * gathers them. `pulse`: what the recorder answered when asked.
 */
export type StreamNews =
  | { state: StreamState }
  | { message: StreamMessage }
  | { levels: readonly LevelMessage[] }
  | { pulse: 'ready' | 'opening' | 'missed' }

/** A stream of the recorder's events that opens itself again for as long as its program runs. */
export interface EventStream {
  /** Calls for an attempt at once, when the stream waits before its next one. */
  retry(): void
}

// Without the rest of the client: the worker of all windows is loaded beside the page.
const followRecorder = followOver(createTransport())

const RETRY_MS = 1_000
/** A wrong credential is counted by the recorder, so it is not shown every second. */
const SIGNED_OUT_RETRY_MS = 10_000

/** Opens the recorder's event stream, with levels, and opens it again whenever it breaks. */
export function openEventStream(tell: (news: StreamNews) => void): EventStream {
  let state: StreamState = 'connecting'
  let position: number | undefined
  let attempt = new AbortController()
  const enter = (next: StreamState): void => {
    state = next
    tell({ state })
  }
  const onProblem = (error: unknown): void => {
    if (!isSignedOut(error)) return
    enter('signedOut')
    attempt.abort()
  }
  const onConnection = (next: 'connecting' | 'open' | 'lost'): void => {
    // An attempt with the same credential says nothing new.
    if (state !== 'signedOut' || next === 'open') enter(next)
  }

  const onPosition = (next: number): void => {
    position = next
  }

  async function run(): Promise<never> {
    for (;;) {
      const { signal } = attempt
      const on = { onConnection, onPosition, onProblem }
      const options = { levels: true, after: position, signal, ...on }
      try {
        for await (const message of followRecorder(options)) tell({ message })
      } catch (error) {
        // The log may be another one, which does not have the position.
        position = undefined
        enter(isSignedOut(error) ? 'signedOut' : 'lost')
      }
      if (!attempt.signal.aborted || state === 'signedOut') {
        attempt = new AbortController()
        await waitFor(state === 'signedOut' ? SIGNED_OUT_RETRY_MS : RETRY_MS, attempt.signal)
      }
      attempt = new AbortController()
    }
  }
  void run()
  return {
    retry() {
      if (state === 'lost' || state === 'signedOut') attempt.abort()
    },
  }
}

/** Whether the recorder does not know the credential. It limits only wrong ones. */
export function isSignedOut(error: unknown): boolean {
  if (error instanceof UnauthenticatedError) return true
  return error instanceof RecorderProblem && error.code === 'RATE_LIMITED'
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
