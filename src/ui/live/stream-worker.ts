import { openEventStream, type StreamNews, type StreamState } from './event-stream.ts'
import type { StreamRequest } from './shared-stream.ts'

/**
 * Follows the recorder once for all windows of a browser. A browser has six connections to a
 * server: with a stream of its own, the sixth window would leave none for anybody's commands.
 */
const windows = new Set<MessagePort>()
let state: StreamState = 'connecting'

const stream = openEventStream((news: StreamNews) => {
  if ('state' in news) state = news.state
  for (const port of windows) port.postMessage(news)
})

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port === undefined) return
  port.onmessage = ({ data }: MessageEvent<StreamRequest>) => {
    if (data === 'retry') stream.retry()
    else windows.delete(port)
  }
  windows.add(port)
  port.postMessage({ state } satisfies StreamNews)
})
