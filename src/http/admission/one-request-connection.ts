import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/**
 * The time that a stranger has for reading the end of its answer, in milliseconds. Closing earlier
 * could cost it the answer, because the kernel resets a connection that has unread bytes.
 */
const LINGER_MS = 100

/**
 * A stranger's connection as the HTTP server sees it: one head comes in, one answer goes out. What
 * the stranger sends behind the head is never read, so it costs the daemon nothing.
 */
export class OneRequestConnection extends Duplex {
  readonly #socket: Socket
  #isClosing = false
  /** Whether it is that of a client who has no room for another connection. */
  readonly isOneTooMany: boolean

  /** `socket` is paused. `head` is everything that the server gets to read. */
  constructor(socket: Socket, head: Buffer, isOneTooMany = false) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    this.isOneTooMany = isOneTooMany
    socket.on('close', () => this.destroy())
    this.push(head)
  }

  /** The ports, as those of a socket. */
  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.#socket.write(chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#closeGently()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#closeGently()
    done(error)
  }

  #closeGently(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#socket.end()
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }
}
