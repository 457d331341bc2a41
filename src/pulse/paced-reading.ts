import type { Socket } from 'node:net'

/** A server hands over sound up to 200 times a second; it is read in steps of this length. */
const STEP_MS = 100
/** Every so many steps sound is read as it comes, for so many reads. */
const PROMPT_EVERY = 4
const PROMPT_READS = 3
/** Sound that is late is read as it comes for so many steps. */
const CATCH_UP_STEPS = 5

/**
 * Reads a socket in steps, because reading each small block by itself costs more than everything
 * else that is done with sound. Every 0.4 s some of it is read as it comes, so that its time of
 * arrival can be measured. All sockets have the same steps: this process then wakes once for all of
 * them.
 */
export class PacedReading {
  static readonly #all = new Set<PacedReading>()
  static #timer: NodeJS.Timeout | undefined
  readonly #socket: Socket
  #steps = 0
  /** How often it has been read in this step. */
  #reads = 0
  #catchUpSteps = 0
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

  /** Reads everything as it comes for half a second. */
  catchUp(): void {
    this.#catchUpSteps = CATCH_UP_STEPS
    this.#socket.resume()
  }

  /** To be called when something has been read. */
  hasRead(): void {
    this.#reads++
    if (this.#catchUpSteps > 0) return
    const reads = this.#steps % PROMPT_EVERY === 0 ? PROMPT_READS : 1
    if (!this.#isOver && this.#reads >= reads) this.#socket.pause()
  }

  #step(): void {
    this.#steps++
    this.#reads = 0
    if (this.#catchUpSteps > 0) this.#catchUpSteps--
    this.#socket.resume()
  }
}
