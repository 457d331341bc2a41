import { within } from '../time/within.ts'
import { SILENT, WaylandConnection, WaylandError } from './connection.ts'

/** A slow compositor may take so long to let a client in. */
const OPEN_MS = 10_000

/**
 * The one connection to the session's compositor, for all who ask: a compositor that is slow to let
 * a client in would otherwise be asked anew, and in vain, for each list of devices and each start.
 */
export class KeptConnection {
  readonly #env: NodeJS.ProcessEnv
  #opening: Promise<WaylandConnection> | undefined

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /**
   * Returns the connection, which has just answered; opens it when there is none. Rejects with
   * {@link WaylandError}. One that opens more slowly than `limitMs` is there for a later call.
   */
  async get(limitMs: number): Promise<WaylandConnection> {
    const asking = this.#ask()
    // It may fail when nobody waits for it any more.
    asking.catch(() => {})
    const connection = await within(asking, limitMs)
    if (connection !== undefined) return connection
    throw new WaylandError('silent', SILENT)
  }

  async #ask(): Promise<WaylandConnection> {
    const kept = this.#opening
    try {
      return await this.#answering()
    } catch (error) {
      if (kept === undefined) throw error
      // The compositor has ended; another one may be there.
      if (this.#opening === kept) this.#opening = undefined
      return this.#answering()
    }
  }

  async #answering(): Promise<WaylandConnection> {
    const connection = await this.#open()
    await connection.sync()
    return connection
  }

  #open(): Promise<WaylandConnection> {
    if (this.#opening) return this.#opening
    const opening = WaylandConnection.open(this.#env, OPEN_MS)
    const forget = () => {
      if (this.#opening === opening) this.#opening = undefined
    }
    this.#opening = opening
    opening.then((connection) => {
      connection.unref()
      void connection.closed.then(forget)
    }, forget)
    return opening
  }
}
