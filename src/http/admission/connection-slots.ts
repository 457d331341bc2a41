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
}

/**
 * Counts the open connections. A new one is never refused: at a limit, another one of its kind is
 * closed. Strangers can therefore only close strangers, and a client can only close its own
 * connections until all clients together have reached their limit.
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
    if (this.#strangers >= this.#limits.strangers) this.#evict((slot) => slot.clientId === null)
    this.#slots.set(socket, { socket, clientId: null, requests: 0 })
    this.#strangers++
    socket.once('close', () => this.#remove(socket))
  }

  /** Moves a stranger's connection to the slots of a client. */
  authenticate(socket: Socket, clientId: string): void {
    const slot = this.#slots.get(socket)
    if (slot === undefined || slot.clientId !== null) return
    if ((this.#clients.get(clientId) ?? 0) >= this.#limits.perClient)
      this.#evict((other) => other.clientId === clientId)
    else if (this.#clientConnections() >= this.#limits.clients) {
      const greedy = this.#largestClient()
      this.#evict((other) => other.clientId === greedy)
    }
    this.#slots.delete(socket)
    this.#strangers--
    slot.clientId = clientId
    this.#slots.set(socket, slot)
    this.#clients.set(clientId, (this.#clients.get(clientId) ?? 0) + 1)
  }

  /**
   * Counts a request that has begun (1) or was answered (−1). Idle connections are evicted first.
   * Returns whether the connection has a slot here.
   */
  countRequest(socket: Socket, change: 1 | -1): boolean {
    const slot = this.#slots.get(socket)
    if (slot !== undefined) slot.requests += change
    return slot !== undefined
  }

  /** Closes all connections that have no request under way. */
  closeIdle(): void {
    for (const { socket, requests } of this.#slots.values()) if (requests === 0) socket.destroy()
  }

  #clientConnections(): number {
    return this.#slots.size - this.#strangers
  }

  #largestClient(): string {
    const [largest] = [...this.#clients].sort(([, a], [, b]) => b - a)
    return largest![0]
  }

  /** Closes the oldest idle connection of a kind, or its oldest when none is idle. */
  #evict(isOfKind: (slot: Slot) => boolean): void {
    let victim: Slot | undefined
    for (const slot of this.#slots.values()) {
      if (!isOfKind(slot)) continue
      victim ??= slot
      if (slot.requests === 0) {
        victim = slot
        break
      }
    }
    if (victim === undefined) return
    this.#remove(victim.socket)
    victim.socket.destroy()
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
