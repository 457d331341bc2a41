import type { Socket } from 'node:net'

/** How many connections may be open at a time. */
export interface SlotLimits {
  /** Connections of strangers: those that have not authenticated. */
  strangers: number
  /** Connections of one client. */
  perClient: number
  /** Connections of all clients together. */
  clients: number
}

interface Slot {
  socket: Socket
  /** Null for a stranger. */
  clientId: string | null
  /** The number of requests that are not answered yet. */
  requests: number
  /** How many of them may act. */
  acts: number
  /** Whether its first request may act, until the server has that request. */
  expected: boolean | null
}

const isIdle = ({ requests, expected }: Slot): boolean => requests === 0 && expected === null
const mayAct = ({ acts, expected }: Slot): boolean => acts > 0 || expected === true

/**
 * Counts the open connections. At a limit, another one of the same kind is closed. Strangers can
 * therefore only close strangers, and a client can only close its own connections until all clients
 * together have reached their limit. A connection is never closed between a request that may act
 * and its answer: the client would not know what it has done. Where none can be closed, the new one
 * is refused.
 */
export class ConnectionSlots {
  readonly #limits: SlotLimits
  /** In the order in which they were opened, or in which they authenticated. */
  readonly #slots = new Map<Socket, Slot>()
  #strangers = 0
  readonly #clients = new Map<string, number>()

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** Takes a slot for a connection that has just been opened. It ends with the connection. */
  open(socket: Socket): void {
    if (this.#strangers >= this.#limits.strangers)
      this.#evict(
        (slot) => slot.clientId === null,
        () => true,
      )
    this.#slots.set(socket, { socket, clientId: null, requests: 0, acts: 0, expected: null })
    this.#strangers++
    socket.once('close', () => this.#remove(socket))
  }

  /**
   * Moves a stranger's connection to the slots of a client. `acts`: whether its first request may
   * act, which comes before the reading of files and streams. Returns false when there is no room:
   * it then stays a stranger's.
   */
  authenticate(socket: Socket, clientId: string, acts: boolean): boolean {
    const slot = this.#slots.get(socket)
    if (slot === undefined || slot.clientId !== null) return true
    if (!this.#makeRoom(clientId, acts)) return false
    this.#slots.delete(socket)
    this.#strangers--
    slot.clientId = clientId
    slot.expected = acts
    this.#slots.set(socket, slot)
    this.#clients.set(clientId, (this.#clients.get(clientId) ?? 0) + 1)
    return true
  }

  /**
   * Counts a request that has begun (1) or was answered (−1), and whether it may act. Returns
   * whether the connection has a slot here.
   */
  countRequest(socket: Socket, change: 1 | -1, acts: boolean): boolean {
    const slot = this.#slots.get(socket)
    if (slot === undefined) return false
    slot.expected = null
    slot.requests += change
    if (acts) slot.acts += change
    return true
  }

  /** Closes all connections that have no request under way. */
  closeIdle(): void {
    for (const slot of this.#slots.values()) if (isIdle(slot)) slot.socket.destroy()
  }

  #clientConnections(): number {
    return this.#slots.size - this.#strangers
  }

  #largestClient(): string {
    const [largest] = [...this.#clients].sort(([, a], [, b]) => b - a)
    return largest![0]
  }

  /** Makes room for one more connection of a client. Returns whether there is room. */
  #makeRoom(clientId: string, acts: boolean): boolean {
    const isFull = (this.#clients.get(clientId) ?? 0) >= this.#limits.perClient
    if (!isFull && this.#clientConnections() < this.#limits.clients) return true
    const owner = isFull ? clientId : this.#largestClient()
    // A file or stream that breaks off can be read again. A reader must not break off its own.
    const mayClose = (slot: Slot): boolean => !mayAct(slot) && (acts || owner !== clientId)
    return this.#evict((slot) => slot.clientId === owner, mayClose)
  }

  /**
   * Closes the oldest idle connection of a kind. When none is idle, it closes the oldest that may
   * be closed. Returns whether it has closed one.
   */
  #evict(isOfKind: (slot: Slot) => boolean, mayClose: (slot: Slot) => boolean): boolean {
    let victim: Slot | undefined
    for (const slot of this.#slots.values()) {
      if (!isOfKind(slot)) continue
      if (isIdle(slot)) {
        victim = slot
        break
      }
      if (victim === undefined && mayClose(slot)) victim = slot
    }
    if (victim === undefined) return false
    this.#remove(victim.socket)
    victim.socket.destroy()
    return true
  }

  #remove(socket: Socket): void {
    const slot = this.#slots.get(socket)
    if (slot === undefined) return
    this.#slots.delete(socket)
    if (slot.clientId === null) {
      this.#strangers--
      return
    }
    const left = this.#clients.get(slot.clientId)! - 1
    if (left === 0) this.#clients.delete(slot.clientId)
    else this.#clients.set(slot.clientId, left)
  }
}
