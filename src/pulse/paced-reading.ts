import type { Socket } from 'node:net'

/** A server hands over sound up to 200 times a second; it is read in steps of this length. */
const STEP_MS = 40
/** Every so many steps sound is read as it comes, for one step. */
const PROMPT_EVERY = 8

/**
 * Reads a socket in steps, because reading each small block by itself costs more than everything
 * else that is done with sound. A third of a second never passes without a step in which it is read
 * as it comes, so that its time of arrival can be measured.
 */
export class PacedReading {
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout
  #steps = 0
  #isOver = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#timer = setInterval(() => this.#step(), STEP_MS)
  }

  /** Reads everything as it comes from now on. */
  stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    this.#socket.resume()
  }

  /** To be called when something has been read. */
  hasRead(): void {
    if (!this.#isOver && this.#steps % PROMPT_EVERY !== 0) this.#socket.pause()
  }

  #step(): void {
    this.#steps++
    this.#socket.resume()
  }
}
