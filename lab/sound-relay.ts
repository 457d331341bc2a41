import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'

/** A client's connection through a relay, which can be disturbed. */
export interface RelayedConnection {
  /** Whether the client has sent these bytes of text, such as the name of a source. */
  hasSent(text: string): boolean
  /** Passes nothing on to the client any more, until {@link thaw}. The connection stays open. */
  freeze(): void
  thaw(): void
  /** Ends the connection. */
  cut(): void
  /** Sends the client bytes that are of no protocol. */
  garble(): void
}

/**
 * Passes connections on to a sound server, so that one of them can be disturbed while the server
 * and all others work.
 */
export class SoundRelay {
  /** Environment of the clients. */
  readonly env: NodeJS.ProcessEnv
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #delayMs: number
  #connections: RelayedConnection[] = []

  /**
   * Starts a relay whose socket is in `folder`, to the server of an environment. With `delayMs`
   * everything that the server sends is late.
   */
  static async start(folder: string, env: NodeJS.ProcessEnv, delayMs = 0): Promise<SoundRelay> {
    const path = join(folder, 'relay')
    const target = env.PULSE_SERVER?.replace(/^unix:/, '') ?? ''
    const relay = new SoundRelay(path, target, delayMs)
    await new Promise<void>((resolve) => relay.#server.listen(path, resolve))
    return relay
  }

  private constructor(path: string, target: string, delayMs: number) {
    this.#delayMs = delayMs
    this.env = { PULSE_SERVER: `unix:${path}` }
    this.#server = createServer((client) => this.#relay(client, connect(target)))
  }

  /** The open connections whose client has sent a text. */
  connectionsWith(text: string): RelayedConnection[] {
    return this.#connections.filter((connection) => connection.hasSent(text))
  }

  /** Ends all connections, and accepts no more. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #relay(client: Socket, server: Socket): void {
    let sent = ''
    const connection: RelayedConnection = {
      hasSent: (text) => sent.includes(text),
      freeze: () => void server.pause(),
      thaw: () => void server.resume(),
      cut: () => void client.destroy(),
      garble: () => void client.write(Buffer.alloc(64, 0xee)),
    }
    this.#connections.push(connection)
    client.on('data', (bytes) => {
      sent = (sent + bytes.toString('latin1')).slice(0, 65_536)
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (this.#delayMs === 0) client.write(bytes)
      else setTimeout(() => client.writable && client.write(bytes), this.#delayMs)
    })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      // The other side learns of an error by the end of its connection.
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        this.#connections = this.#connections.filter((one) => one !== connection)
        other.destroy()
      })
    }
  }
}
