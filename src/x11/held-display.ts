import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Splitter } from '../media/splitter.ts'
import { encodeCookie, findCredential, parseDisplay, type X11Address } from './address.ts'
import { connectSocket } from './connection.ts'
import { encodeSetup, readRequest, readSetupRequest } from './wire.ts'

/** The first request of x11grab for each frame: the pointer is asked for before the picture. */
const QUERY_POINTER = 38
const COOKIE_BYTES = 16
/** X(7): display 0 of a host listens there. */
const TCP_BASE_PORT = 6_000

/**
 * A display for one x11grab, which passes its requests on to a real display, from
 * {@link HeldDisplay.begin} on. The request for each frame is held until the owner of this display
 * lets it pass. Pixels do not come this way: x11grab shares memory with the server for them.
 */
export class HeldDisplay {
  /** The name of this display, for x11grab. */
  name = ''
  /** The file of Xsecurity(7) with the only cookie that this display accepts. */
  readonly authority: string
  /** Called when a frame is requested. The request is held until {@link pass}. */
  onRequest: () => void = () => {}
  /** Connects to the real display, now or when the client has connected. */
  begin: () => void = () => {}
  readonly #begun = new Promise<void>((resolve) => {
    this.begin = resolve
  })
  readonly #address: X11Address
  readonly #env: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #cookie = randomBytes(COOKIE_BYTES)
  readonly #server = createServer((client) => void this.#serve(client))
  #client: Socket | undefined
  #upstream: Socket | undefined
  readonly #requests = new Splitter(readRequest)
  /** The requests that wait, from the one for a frame on; undefined when none is held. */
  #held: Buffer[] | undefined

  /**
   * Opens a display for one client. Undefined when the real one is not on this computer. Rejects
   * when it cannot be opened.
   */
  static async open(display: string, env: NodeJS.ProcessEnv): Promise<HeldDisplay | undefined> {
    const address = parseDisplay(display)
    if (address === null || address.host !== null) return undefined
    const folder = await mkdtemp(join(tmpdir(), 'f2f-x11-'))
    const held = new HeldDisplay(address, env, folder)
    try {
      await held.#listen()
      return held
    } catch (error) {
      held.close()
      throw error
    }
  }

  private constructor(address: X11Address, env: NodeJS.ProcessEnv, folder: string) {
    this.#address = address
    this.#env = env
    this.#folder = folder
    this.authority = join(folder, 'cookie')
  }

  /** Whether its client has connected. */
  get isUsed(): boolean {
    return this.#client !== undefined
  }

  /** Lets the held request for a frame pass. */
  pass(): void {
    const held = this.#held
    this.#held = undefined
    if (held) this.#upstream?.write(Buffer.concat(held))
  }

  /** Ends all connections. */
  close(): void {
    this.#client?.destroy()
    this.#upstream?.destroy()
    this.#stopListening()
  }

  /**
   * Listens on the loopback interface: libxcb knows local sockets only at a place that all users
   * share, where another one could stand in for this display.
   */
  async #listen(): Promise<void> {
    await writeFile(this.authority, encodeCookie(this.#cookie), { mode: 0o600 })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#server.on('error', () => {})
    const { port } = this.#server.address() as AddressInfo
    if (port < TCP_BASE_PORT) throw new RangeError('not the port of a display')
    this.name = `127.0.0.1:${port - TCP_BASE_PORT}.${this.#address.screen}`
  }

  #stopListening(): void {
    this.#server.close()
    void rm(this.#folder, { recursive: true, force: true }).catch(() => {})
  }

  async #serve(client: Socket): Promise<void> {
    client.on('error', () => {})
    client.setNoDelay()
    try {
      const { data } = await readSetup(client)
      // Anybody on this computer can connect, so the cookie decides.
      const isOurs = data.length === COOKIE_BYTES && timingSafeEqual(data, this.#cookie)
      if (!isOurs || this.isUsed) throw new Error('a stranger')
      this.#client = client
      this.#stopListening()
      await this.#begun
      await this.#connect(client)
    } catch {
      client.destroy()
    }
  }

  async #connect(client: Socket): Promise<void> {
    const upstream = await connectSocket(this.#address, this.name)
    this.#upstream = upstream
    upstream.on('error', () => {})
    upstream.once('close', () => client.destroy())
    client.once('close', () => upstream.destroy())
    if (client.destroyed) upstream.destroy()
    upstream.write(encodeSetup(await findCredential(this.#address, this.#env)))
    upstream.pipe(client)
    client.on('data', (chunk: Buffer) => this.#onRequests(chunk))
  }

  #onRequests(chunk: Buffer): void {
    try {
      const passing: Buffer[] = []
      let isRequested = false
      for (const { bytes, opcode } of this.#requests.push(chunk)) {
        if (opcode === QUERY_POINTER && this.#held === undefined) {
          this.#held = []
          isRequested = true
        }
        const queue = this.#held ?? passing
        queue.push(bytes)
      }
      if (passing.length > 0) this.#upstream?.write(Buffer.concat(passing))
      if (isRequested) this.onRequest()
    } catch {
      this.#client?.destroy()
    }
  }
}

/** Reads the setup request of a client. Rejects when the client ends before. */
async function readSetup(client: Socket): Promise<{ data: Buffer }> {
  let received = Buffer.alloc(0)
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk as Buffer])
    const setup = readSetupRequest(received)
    if (setup) return setup
  }
  throw new Error('the client is gone')
}
