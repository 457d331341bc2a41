import { type EventStream, openEventStream, type StreamNews } from './event-stream.ts'

/** A message of a window to the stream that it shares: `bye` when the window is closed. */
export type StreamRequest = 'retry' | 'bye'

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

/** The stream of a window, which it may share with others. */
export interface SharedStream extends EventStream {
  /**
   * Tells that the recorder answers this window. A worker that has said nothing for a while then
   * has ended, and the window opens a stream of its own. Returns whether a worker should have told
   * something meanwhile, so that what is shown may have changed.
   */
  observeAnswer(): boolean
}

/** A worker asks the recorder, and tells of it, three times a second while nothing else happens. */
const WORKER_SILENCE_MS = 3_000

/**
 * Follows the recorder through the stream that all windows of this browser share. `openOwn` opens
 * one for this window alone.
 */
export function openSharedStream(
  tell: (news: StreamNews) => void,
  openOwn: typeof openEventStream = openEventStream,
): SharedStream {
  if (typeof SharedWorker === 'undefined') return { ...openOwn(tell), observeAnswer: () => false }
  let own: EventStream | undefined
  let toldAt = performance.now()
  const worker = new SharedWorker(workerUrl(), { name: 'f2f' })
  const send = (request: StreamRequest) => worker.port.postMessage(request)
  const leaveWorker = (): void => {
    worker.port.onmessage = null
    own ??= openOwn(tell)
  }
  worker.onerror = leaveWorker
  worker.port.onmessage = ({ data }: MessageEvent<StreamNews>) => {
    toldAt = performance.now()
    tell(data)
  }
  addEventListener('pagehide', () => send('bye'))
  // A window that comes back from the browser's memory has missed everything.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  return {
    retry: () => (own ? own.retry() : send('retry')),
    observeAnswer() {
      if (own !== undefined) return false
      // A browser does not tell of a worker that has ended.
      if (performance.now() - toldAt > WORKER_SILENCE_MS) leaveWorker()
      return true
    },
  }
}

/** The build names the file in the page's head. No other text becomes the URL of a script. */
function workerUrl(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="f2f-stream"]')
  const url = meta?.content ?? ''
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  if (trustedTypes === undefined) return url
  return trustedTypes.createPolicy('f2f', { createScriptURL: () => url }).createScriptURL(url)
}
