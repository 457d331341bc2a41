import type { Socket } from 'node:net'

/** A server hands over sound up to 200 times a second; it is read in steps of this length. */
const STEP_MS = 40
/** Every so many steps sound is read as it comes, for one step. */
const PROMPT_EVERY = 8

/**
 * Reads a socket in steps, because reading each small block by itself costs more than everything
 * else that is done with sound. A third of a second never passes without a step in which it is read
 * as it comes, so that its time of arrival can be measured. All sockets have the same steps: this
 * process then wakes once for all of them.
 */
export class PacedReading {
  static readonly #all = new Set<PacedReading>()
  static #timer: NodeJS.Timeout | undefined
  readonly #socket: Socket
  #steps = 0
  #isOver = false

  constructor(socket: Socket) {
    this.#socket = socket
    PacedReading.#all.add(this)
    PacedReading.#timer ??= setInterval(PacedReading.#stepAll, STEP_MS)
  }

  static #stepAll(): void {
    for (const reading of PacedReading.#all) reading.#step()
  }

  /** Reads everything as it comes from now on. */
  stop(): void {
    this.#isOver = true
    PacedReading.#all.delete(this)
    if (PacedReading.#all.size === 0) {
      clearInterval(PacedReading.#timer)
      PacedReading.#timer = undefined
    }
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
