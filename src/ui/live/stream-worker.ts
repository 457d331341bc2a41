import { openEventStream, type StreamNews, type StreamState } from './event-stream.ts'
import { LevelGatherer } from './level-gatherer.ts'
import { CHECK_MS, SILENCE_MS, watchPulse } from './pulse.ts'
import type { StreamRequest } from './shared-stream.ts'

/**
 * Follows the recorder once for all windows of a browser. A browser has six connections to a
 * server: with a stream of its own, the sixth window would leave none for anybody's commands.
 */
const windows = new Set<MessagePort>()
let state: StreamState = 'connecting'

let heardAt = performance.now()

/** As often as windows draw. A task of theirs for each level would cost more than the drawing. */
const LEVELS_MS = 250

const tell = (news: StreamNews) => {
  for (const port of windows) port.postMessage(news)
}

const levels = new LevelGatherer()
setInterval(() => {
  const loudest = levels.take()
  if (loudest.length > 0) tell({ levels: loudest })
}, LEVELS_MS)

const stream = openEventStream((news: StreamNews) => {
  if ('state' in news) state = news.state
  if (!('state' in news) || news.state === 'open') heardAt = performance.now()
  if ('message' in news && news.message.kind === 'level') levels.add(news.message.level)
  else tell(news)
})

// Here, because a browser slows the timers of windows that are hidden.
watchPulse({
  silenceMs: SILENCE_MS,
  checkMs: CHECK_MS,
  lastHeardAt: () => heardAt,
  isWaiting: () => state !== 'open' && state !== 'signedOut',
  onAnswer(isReady) {
    heardAt = performance.now()
    tell({ pulse: isReady ? 'ready' : 'opening' })
  },
  onMissed: () => tell({ pulse: 'missed' }),
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
