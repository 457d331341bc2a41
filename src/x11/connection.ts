import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Splitter } from '../media/splitter.ts'
import { readUntilClosed } from '../streams/read-until-closed.ts'
import { writeTogether } from '../streams/write-together.ts'
import { StallWatch } from '../time/stall-watch.ts'
import { findCredential, parseDisplay, socketAddresses, type X11Address } from './address.ts'
import {
  encodeRequest,
  encodeSetup,
  type Message,
  pair,
  readMessage,
  readSetupReply,
  rootWindow,
  serverVendor,
} from './wire.ts'

/** A size in pixels. */
export interface Size {
  width: number
  height: number
}

/** An area of a screen, in pixels from its upper left corner. */
export interface Area extends Size {
  x: number
  y: number
}

/** A monitor as RandR reports it. */
export interface Monitor extends Area {
  name: string
  primary: boolean
}

/** The size and monitors of a screen at one moment. Without RandR 1.5 the monitors are empty. */
export interface Layout extends Size {
  monitors: Monitor[]
}

/**
 * Why a display could not be queried. `absent`: nothing listens there, or no longer. `silent`: it
 * does not answer. `refused`: it does not let us in, or its name cannot be parsed; other programs
 * may succeed then.
 */
export class X11Error extends Error {
  readonly kind: 'absent' | 'silent' | 'refused'

  constructor(kind: X11Error['kind'], message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'X11Error'
    this.kind = kind
  }
}

const GET_GEOMETRY = 14
const GET_ATOM_NAME = 17
const QUERY_EXTENSION = 98
const RANDR = { queryVersion: 0, selectInput: 4, getMonitors: 42 }
/** Screen, monitor and output changes. */
const RANDR_EVENTS = 0x7
const MONITOR_BYTES = 24

/**
 * A connection to an X display. Queries the layout of its screen, and sends requests of its owner.
 */
export class X11Connection {
  /** Resolves when either side has ended the connection. */
  readonly closed: Promise<void>
  /** Called when the screen or its monitors have changed. */
  onChange: () => void = () => {}
  /** Handlers of the events of other extensions, by the code of the event. */
  readonly onEvent = new Map<number, () => void>()
  readonly #socket: Socket
  readonly #messages = new Splitter(readMessage)
  readonly #pendingReplies = new Map<
    number,
    { resolve: (reply: Buffer) => void; reject: (error: X11Error) => void }
  >()
  readonly #names = new Map<number, string>()
  #sequence = 0
  readonly root: number
  /** The first id that this client may give to a resource it creates. */
  readonly ids: number
  /** As the server calls itself. */
  readonly server: { vendor: string; release: number }
  /** RandR's opcode; undefined when it is too old to know monitors. */
  #randr: number | undefined

  /** Connects as any X client does. Rejects with {@link X11Error}. */
  static async open(
    display: string,
    env: NodeJS.ProcessEnv,
    limitMs: number,
  ): Promise<X11Connection> {
    const address = parseDisplay(display)
    if (address === null)
      throw new X11Error('refused', `The X display ${display} is named in an unknown way.`)
    let socket: Socket | undefined
    let limit: StallWatch | undefined
    const late = new Promise<never>((_, reject) => {
      limit = new StallWatch(limitMs, () =>
        reject(new X11Error('silent', `The X display ${display} does not answer.`)),
      )
    })
    const opening = (async () => {
      socket = await connectSocket(address, display)
      return X11Connection.#setUp(socket, address, env, display)
    })()
    try {
      return await Promise.race([opening, late])
    } catch (error) {
      // Destroyed twice: now, because a silent server would never end the opening, and after it, in
      // case the socket connects only later.
      socket?.destroy()
      void opening.catch(() => {}).finally(() => socket?.destroy())
      if (error instanceof X11Error) throw error
      // A RangeError means that this is no X server; the socket's own error, that the server went
      // away meanwhile.
      const kind = error instanceof RangeError ? 'refused' : 'absent'
      throw new X11Error(kind, `The X display ${display} is gone.`, { cause: error })
    } finally {
      limit?.stop()
    }
  }

  static async #setUp(
    socket: Socket,
    address: X11Address,
    env: NodeJS.ProcessEnv,
    display: string,
  ) {
    // Errors of the socket are handled at its end.
    socket.on('error', () => {})
    socket.write(encodeSetup(await findCredential(address, env)))
    let received = Buffer.alloc(0)
    let reply: ReturnType<typeof readSetupReply>
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      received = Buffer.concat([received, chunk as Buffer])
      reply = readSetupReply(received)
      if (reply) break
    }
    if (reply === undefined) throw new X11Error('absent', `The X display ${display} is gone.`)
    const root = reply.accepted ? rootWindow(reply.body, address.screen) : undefined
    if (root === undefined)
      throw new X11Error('refused', `The X display ${display} does not let the recorder in.`)
    const connection = new X11Connection(socket, root, reply.body)
    await connection.#detectRandr()
    return connection
  }

  private constructor(socket: Socket, root: number, setup: Buffer) {
    this.#socket = socket
    this.root = root
    this.ids = setup.readUInt32LE(4)
    this.server = serverVendor(setup)
    const onData = (chunk: Buffer) => this.#onData(chunk)
    this.closed = readUntilClosed(socket, onData, () => {
      for (const { reject } of this.#pendingReplies.values())
        reject(new X11Error('absent', 'The X server is gone.'))
      this.#pendingReplies.clear()
    })
  }

  /**
   * Queries the screen's present layout. Rejects with {@link X11Error}. Has no limit of its own.
   */
  async layout(): Promise<Layout> {
    const [geometry, monitors] = await Promise.all([
      this.request(encodeRequest(GET_GEOMETRY, 0, this.root)),
      this.#randr === undefined
        ? undefined
        : this.request(encodeRequest(this.#randr, RANDR.getMonitors, this.root, 1)),
    ])
    return {
      width: geometry.readUInt16LE(16),
      height: geometry.readUInt16LE(18),
      monitors: monitors ? await this.#readMonitors(monitors) : [],
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Finds an extension; undefined when the server does not have it. */
  async extension(name: string): Promise<{ opcode: number; firstEvent: number } | undefined> {
    const bytes = Buffer.from(name)
    const found = await this.request(
      encodeRequest(QUERY_EXTENSION, 0, pair(bytes.length, 0), bytes),
    )
    return found[8] === 1 ? { opcode: found[9]!, firstEvent: found[10]! } : undefined
  }

  async #detectRandr(): Promise<void> {
    const found = await this.extension('RANDR')
    if (found === undefined) return
    const { opcode } = found
    const version = await this.request(encodeRequest(opcode, RANDR.queryVersion, 1, 5))
    const [major, minor] = [version.readUInt32LE(8), version.readUInt32LE(12)]
    if (major < 1 || (major === 1 && minor < 5)) return
    this.#randr = opcode
    this.send(encodeRequest(opcode, RANDR.selectInput, this.root, RANDR_EVENTS))
  }

  async #readMonitors(reply: Buffer): Promise<Monitor[]> {
    const monitors: Monitor[] = []
    let offset = 32
    for (let left = reply.readUInt32LE(12); left > 0; left--) {
      monitors.push({
        name: await this.#atomName(reply.readUInt32LE(offset)),
        primary: reply[offset + 4] === 1,
        x: reply.readInt16LE(offset + 8),
        y: reply.readInt16LE(offset + 10),
        width: reply.readUInt16LE(offset + 12),
        height: reply.readUInt16LE(offset + 14),
      })
      offset += MONITOR_BYTES + 4 * reply.readUInt16LE(offset + 6)
    }
    return monitors
  }

  /** Names of atoms never change while the server runs. */
  async #atomName(atom: number): Promise<string> {
    let name = this.#names.get(atom)
    if (name === undefined) {
      const reply = await this.request(encodeRequest(GET_ATOM_NAME, 0, atom))
      name = reply.toString('latin1', 32, 32 + reply.readUInt16LE(8))
      this.#names.set(atom, name)
    }
    return name
  }

  /** Sends a request without a reply. Returns its number, modulo 65,536. */
  send(bytes: Buffer): number {
    this.#sequence = (this.#sequence + 1) & 0xffff
    writeTogether(this.#socket, bytes)
    return this.#sequence
  }

  /** Sends a request and returns its reply. Rejects with {@link X11Error}. */
  request(bytes: Buffer): Promise<Buffer> {
    // Never before `closed`: its owner learns there why the connection has ended.
    if (this.#socket.destroyed)
      return this.closed.then(() => {
        throw new X11Error('absent', 'The X server is gone.')
      })
    return new Promise((resolve, reject) =>
      this.#pendingReplies.set(this.send(bytes), { resolve, reject }),
    )
  }

  #onData(chunk: Buffer): void {
    try {
      for (const message of this.#messages.push(chunk)) this.#dispatch(message)
    } catch {
      this.#socket.destroy()
    }
  }

  #dispatch({ kind, sequence, bytes }: Message): void {
    if (kind === 'event') {
      // The highest bit marks an event that another client has sent.
      const handler = this.onEvent.get(bytes[0]! & 0x7f) ?? this.onChange
      handler()
      return
    }
    const pending = this.#pendingReplies.get(sequence)
    this.#pendingReplies.delete(sequence)
    if (kind === 'reply') pending?.resolve(bytes)
    else
      pending?.reject(
        new X11Error('refused', `The X server refused a request (error ${bytes[1]}).`),
      )
  }
}

/** Connects to the socket of a display. Rejects with {@link X11Error}. */
export async function connectSocket(address: X11Address, display: string): Promise<Socket> {
  let cause: unknown
  for (const options of socketAddresses(address)) {
    const socket = connect(options)
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      cause = error
    }
  }
  throw new X11Error('absent', `Nothing listens at the X display ${display}.`, { cause })
}
