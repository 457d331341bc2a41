import type { WebSocket } from 'ws'
import type { InspectionMessage } from '../../contract/inspection.ts'

/** The limits of a feed. */
export interface FeedLimits {
  /** The time after which a reader that has not read everything is cut off, in milliseconds. */
  feedStallMs: number
}

/** The choices of a feed's client. */
export interface FeedChoices {
  /** Writes a message as JSON. */
  write(message: InspectionMessage): string
  /** Whether the client's credential is still valid. */
  isAllowed(): boolean
}

/** A reader that has more than this unread is cut off, in bytes. */
const MOST_UNREAD_BYTES = 1_048_576
/** How long a client may take to answer that it is closed, in milliseconds. */
const CLOSING_MS = 1_000
/** Codes of RFC 6455, 7.4.1, and of IANA's registry. */
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008
const TRY_AGAIN_LATER = 1013

/**
 * The web socket of one client. It never waits for its reader: one that is too slow is cut off. A
 * reader that comes back gets the whole present state again.
 */
export class InspectionFeed {
  readonly #socket: WebSocket
  readonly #choices: FeedChoices
  readonly #limits: FeedLimits
  readonly #watch: NodeJS.Timeout
  /** Since when something is unread, by performance.now(). */
  #unreadSince: number | null = null
  #isOver = false

  constructor(socket: WebSocket, choices: FeedChoices, limits: FeedLimits) {
    this.#socket = socket
    this.#choices = choices
    this.#limits = limits
    this.#watch = setInterval(() => this.#check(), limits.feedStallMs / 5)
    // A client that breaks the protocol: its socket closes itself.
    socket.on('error', () => this.#end())
    socket.once('close', () => this.#end())
  }

  /** Whether it has ended. Its socket may take a moment longer. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether its reader has something left to read. */
  get isBehind(): boolean {
    return this.#socket.bufferedAmount > 0
  }

  /** Sends a message. After the end it does nothing. */
  readonly send = (message: InspectionMessage): void => {
    if (this.#isOver) return
    this.#socket.send(this.#choices.write(message))
    if (this.isBehind) this.#unreadSince ??= performance.now()
    if (this.#socket.bufferedAmount > MOST_UNREAD_BYTES) this.#cutOff()
  }

  /** Ends the feed because the daemon ends. */
  leave(): void {
    this.#close(GOING_AWAY, 'The recorder is stopping.')
  }

  /** Ends the feed because of what the client did, or because it may read no longer. */
  refuse(reason: string): void {
    this.#close(POLICY_VIOLATION, reason)
  }

  #cutOff(): void {
    this.#close(TRY_AGAIN_LATER, 'The feed is read too slowly.')
  }

  #check(): void {
    if (!this.#choices.isAllowed()) this.refuse('The credential has ended.')
    else if (!this.isBehind) this.#unreadSince = null
    else {
      this.#unreadSince ??= performance.now()
      if (performance.now() - this.#unreadSince > this.#limits.feedStallMs) this.#cutOff()
    }
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#socket.close(code, reason)
    this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#watch)
    // A client that does not read does not answer that it is closed either.
    const timer = setTimeout(() => this.#socket.terminate(), CLOSING_MS)
    this.#socket.once('close', () => clearTimeout(timer))
    if (this.#socket.readyState === this.#socket.CLOSED) clearTimeout(timer)
  }
}
