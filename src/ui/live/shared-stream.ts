import { type EventStream, openEventStream, type StreamNews } from './event-stream.ts'

/** A message of a window to the stream that it shares: `bye` when the window is closed. */
export type StreamRequest = 'retry' | 'bye'

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

/** Follows the recorder through the stream that all windows of this browser share. */
export function openSharedStream(tell: (news: StreamNews) => void): EventStream {
  if (typeof SharedWorker === 'undefined') return openEventStream(tell)
  let own: EventStream | undefined
  const worker = new SharedWorker(workerUrl(), { name: 'f2f' })
  const send = (request: StreamRequest) => worker.port.postMessage(request)
  worker.onerror = () => {
    own ??= openEventStream(tell)
  }
  worker.port.onmessage = ({ data }: MessageEvent<StreamNews>) => tell(data)
  addEventListener('pagehide', () => send('bye'))
  // A window that comes back from the browser's memory has missed everything.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  return { retry: () => (own ? own.retry() : send('retry')) }
}

/** The build names the file in the page's head. No other text becomes the URL of a script. */
function workerUrl(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="f2f-stream"]')
  const url = meta?.content ?? ''
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  if (trustedTypes === undefined) return url
  return trustedTypes.createPolicy('f2f', { createScriptURL: () => url }).createScriptURL(url)
}
