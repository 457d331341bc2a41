import type { InspectionControl, InspectionMessage } from '../contract/inspection.ts'
import { ConnectionError } from './errors.ts'

/** The part of a web socket that the feed uses: a browser's own, or that of the package `ws`. */
export interface FeedSocket {
  addEventListener(type: string, listener: (event: never) => void): void
  send(text: string): void
  close(): void
}

/** Opens a web socket. Outside browsers, the second argument carries headers. */
export type FeedSocketConstructor = new (
  url: string,
  options?: { headers: Record<string, string> },
) => FeedSocket

/** How to inspect the recorder. */
export interface InspectOptions {
  /** Also sends the values of tags. */
  tags?: boolean | undefined
  /** Shows the past of this recording, in place of what is alive. */
  recording?: string | undefined
  /** Begins after the event at this position of the log. */
  position?: number | undefined
  /** Times the speed at which it happened; 0, the default: step by step. */
  speed?: number | undefined
  /** Ends the inspection. */
  signal?: AbortSignal | undefined
  /** Opens the web socket (default: the global one). Node 20 has none; the package `ws` does. */
  WebSocket?: FeedSocketConstructor | undefined
}

/** The feed of the recorder's state machines. Iterate over it once. */
export interface Inspection extends AsyncIterable<InspectionMessage> {
  /** Asks for more of a recording's past. */
  send(control: InspectionControl): void
  /** Ends the inspection. */
  close(): void
}

/** How a feed is opened. */
export interface InspectConnection {
  url: string
  headers: Record<string, string>
  /** Throws the recorder's reason for having refused the web socket, if it has one. */
  explain(): Promise<void>
}

/** The code of a web socket that both ends have closed. */
const NORMAL = 1000

/**
 * Opens an inspection feed. The iteration throws a RecorderProblem when the recorder refuses it,
 * and a ConnectionError when the feed ends. It ends by itself only when the caller closes it.
 */
export function inspect(
  { url, headers, explain }: InspectConnection,
  { signal, WebSocket = globalWebSocket() }: InspectOptions,
): Inspection {
  signal?.throwIfAborted()
  // A browser's web socket takes no headers; there the page's session is the credential.
  const socket =
    Object.keys(headers).length === 0 ? new WebSocket(url) : new WebSocket(url, { headers })
  const queue = new MessageQueue<InspectionMessage>()
  let isOpen = false
  let isClosing = false
  const close = (): void => {
    isClosing = true
    queue.end()
    socket.close()
  }
  socket.addEventListener('open', () => {
    isOpen = true
  })
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    queue.push(JSON.parse(String(data)) as InspectionMessage)
  })
  // The event `close`, which always follows, says what failed.
  socket.addEventListener('error', () => {})
  socket.addEventListener('close', ({ code, reason }: { code: number; reason: string }) => {
    signal?.removeEventListener('abort', close)
    if (isClosing || code === NORMAL) return queue.end()
    const cause = new ConnectionError(`The inspection feed has ended: ${reason || code}`)
    const refusal = isOpen ? Promise.resolve() : explain()
    refusal.then(
      () => queue.end(cause),
      (problem) => queue.end(problem),
    )
  })
  signal?.addEventListener('abort', close, { once: true })
  return {
    send: (control) => socket.send(JSON.stringify(control)),
    close,
    async *[Symbol.asyncIterator]() {
      try {
        yield* queue.read()
      } finally {
        close()
      }
    },
  }
}

function globalWebSocket(): FeedSocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: FeedSocketConstructor }
  if (WebSocket === undefined)
    throw new TypeError('This program has no WebSocket. Pass one as an option, such as that of ws.')
  return WebSocket
}

/** Keeps messages until they are read. */
class MessageQueue<T> {
  #waiting: T[] = []
  #isOver = false
  #error: unknown
  #wake: () => void = () => {}

  push(message: T): void {
    this.#waiting.push(message)
    this.#wake()
  }

  /** Ends it after what is waiting. The first end counts. */
  end(error?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#error = error
    this.#wake()
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      const messages = this.#waiting
      this.#waiting = []
      yield* messages
      if (this.#waiting.length > 0) continue
      if (this.#isOver) {
        if (this.#error !== undefined) throw this.#error
        return
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
