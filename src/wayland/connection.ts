import type { Socket } from 'node:net'
import { isAbsolute, join } from 'node:path'
import { Splitter } from '../media/splitter.ts'
import { openSocket } from '../streams/open-socket.ts'
import { readUntilClosed } from '../streams/read-until-closed.ts'
import { type ArgumentReader, encodeRequest, readEvent, type WaylandEvent } from './wire.ts'

const DISPLAY = { id: 1, sync: 0, getRegistry: 1, error: 0, deleteId: 1 }
const REGISTRY = { id: 2, bind: 0, global: 0, globalRemove: 1 }
const OUTPUT = { geometry: 0, mode: 1 }
const OUTPUT_VERSION = 2
/** The extension that knows where outputs are on the desktop, and the names of their connectors. */
const XDG_OUTPUT = { getXdgOutput: 1, logicalPosition: 0, name: 3 }
const XDG_OUTPUT_VERSION = 2
const CURRENT_MODE = 1
const FIRST_FREE_ID = 3

/** A monitor of a Wayland compositor. */
export interface WaylandOutput {
  /** The name of its connector, such as `HDMI-1`; without one, its place names it. */
  name: string
  /** Its place on the desktop, in the compositor's own units. */
  x: number
  y: number
  /** Its size in pixels, as it is turned. */
  width: number
  height: number
}

/** Learns what happens to a compositor. */
export interface CompositorFollower {
  /** A monitor has come, has gone, or has changed. */
  changed(): void
  /** Either side has ended the connection. */
  ended?(): void
}

/** Why a compositor could not be asked: nothing listens there, or it does not answer. */
export class WaylandError extends Error {
  readonly kind: 'absent' | 'silent'

  constructor(kind: WaylandError['kind'], message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'WaylandError'
    this.kind = kind
  }
}

const GONE = 'The Wayland compositor is gone.'
/** Says that a compositor is silent. */
export const SILENT = 'The Wayland compositor does not answer.'

/** A connection to the session's compositor, which knows its monitors. It draws nothing. */
export class WaylandConnection {
  /** Resolves when either side has ended the connection. */
  readonly closed: Promise<void>
  readonly #followers = new Set<CompositorFollower>()
  readonly #socket: Socket
  readonly #events = new Splitter(readEvent)
  /** By the number that the registry has given them. */
  readonly #outputs = new Map<number, WaylandOutput & { turned: boolean }>()
  /** The numbers in the registry of the outputs that objects stand for, of either interface. */
  readonly #outputObjects = new Map<number, number>()
  readonly #xdgOutputObjects = new Map<number, number>()
  #xdgManager: number | undefined
  readonly #syncs = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  /** The compositor keeps a table of ids, so those that it has given back are used again. */
  readonly #freeIds: number[] = []
  #nextId = FIRST_FREE_ID

  /** Connects, and learns the monitors. Rejects with {@link WaylandError}. */
  static async open(env: NodeJS.ProcessEnv, limitMs: number): Promise<WaylandConnection> {
    const path = socketPath(env)
    if (path === null) throw new WaylandError('absent', 'XDG_RUNTIME_DIR is not set.')
    const silent = new WaylandError('silent', SILENT)
    try {
      return await openSocket(path, { limitMs, silent }, async (socket) => {
        const connection = new WaylandConnection(socket)
        // The first answer brings the registry, the second one what was bound from it.
        await connection.sync()
        await connection.sync()
        return connection
      })
    } catch (cause) {
      if (cause === silent) throw silent
      throw new WaylandError('absent', `No Wayland compositor listens at ${path}.`, { cause })
    }
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    const onData = (chunk: Buffer) => this.#onData(chunk)
    this.closed = readUntilClosed(socket, onData, () => {
      for (const { reject } of this.#syncs.values()) reject(new WaylandError('absent', GONE))
      this.#syncs.clear()
      for (const { ended } of [...this.#followers]) ended?.()
    })
    socket.write(encodeRequest(DISPLAY.id, DISPLAY.getRegistry, REGISTRY.id))
  }

  /** The monitors, as far as the compositor has told of them. After `sync` that is all. */
  get outputs(): WaylandOutput[] {
    return [...this.#outputs.values()].map(({ name, x, y, width, height, turned }) => ({
      ...{ name: name || `monitor at ${x},${y}`, x, y },
      ...(turned ? { width: height, height: width } : { width, height }),
    }))
  }

  /**
   * Resolves when the compositor has handled all requests, and its events until then are here.
   * Rejects with {@link WaylandError} when it goes away. Has no limit of its own.
   */
  sync(): Promise<void> {
    if (this.#socket.destroyed)
      return this.closed.then(() => {
        throw new WaylandError('absent', GONE)
      })
    return new Promise((resolve, reject) => {
      const id = this.#newId()
      this.#syncs.set(id, { resolve, reject })
      this.#socket.write(encodeRequest(DISPLAY.id, DISPLAY.sync, id))
    })
  }

  /** Tells a follower what happens, until the returned function is called. */
  follow(follower: CompositorFollower): () => void {
    this.#followers.add(follower)
    if (this.#socket.destroyed) void this.closed.then(() => follower.ended?.())
    return () => this.#followers.delete(follower)
  }

  /** Does not keep this process alive from now on. */
  unref(): void {
    this.#socket.unref()
  }

  close(): void {
    this.#socket.destroy()
  }

  #changed(): void {
    for (const { changed } of [...this.#followers]) changed()
  }

  #newId(): number {
    return this.#freeIds.pop() ?? this.#nextId++
  }

  #onData(chunk: Buffer): void {
    try {
      for (const event of this.#events.push(chunk)) this.#dispatch(event)
    } catch {
      this.#socket.destroy()
    }
  }

  #dispatch({ object, opcode, args }: WaylandEvent): void {
    const xdgOutput = this.#outputs.get(this.#xdgOutputObjects.get(object) ?? -1)
    const output = this.#outputs.get(this.#outputObjects.get(object) ?? -1)
    if (object === DISPLAY.id) this.#onDisplay(opcode, args)
    else if (object === REGISTRY.id) this.#onRegistry(opcode, args)
    else if (output ?? xdgOutput) {
      if (output) readOutput(output, opcode, args)
      if (xdgOutput) readXdgOutput(xdgOutput, opcode, args)
      this.#changed()
    } else {
      const sync = this.#syncs.get(object)
      this.#syncs.delete(object)
      sync?.resolve()
    }
  }

  #onDisplay(opcode: number, args: ArgumentReader): void {
    if (opcode === DISPLAY.deleteId) this.#freeIds.push(args.uint())
    else this.#socket.destroy()
  }

  #onRegistry(opcode: number, args: ArgumentReader): void {
    const number = args.uint()
    if (opcode === REGISTRY.globalRemove) {
      if (this.#outputs.delete(number)) this.#changed()
      return
    }
    const type = args.text()
    const version = args.uint()
    if (type === 'wl_output') {
      const id = this.#bind(number, type, Math.min(version, OUTPUT_VERSION))
      this.#outputObjects.set(id, number)
      this.#outputs.set(number, { name: '', x: 0, y: 0, width: 0, height: 0, turned: false })
      this.#askPlace(id, number)
    } else if (type === 'zxdg_output_manager_v1') {
      this.#xdgManager = this.#bind(number, type, Math.min(version, XDG_OUTPUT_VERSION))
      for (const [id, output] of this.#outputObjects) this.#askPlace(id, output)
    }
  }

  #bind(number: number, type: string, version: number): number {
    const id = this.#newId()
    this.#socket.write(encodeRequest(REGISTRY.id, REGISTRY.bind, number, type, version, id))
    return id
  }

  #askPlace(output: number, number: number): void {
    if (this.#xdgManager === undefined) return
    const id = this.#newId()
    this.#xdgOutputObjects.set(id, number)
    const { getXdgOutput } = XDG_OUTPUT
    this.#socket.write(encodeRequest(this.#xdgManager, getXdgOutput, id, output))
  }
}

function readXdgOutput(output: WaylandOutput, opcode: number, args: ArgumentReader): void {
  if (opcode === XDG_OUTPUT.name) output.name = args.text()
  if (opcode === XDG_OUTPUT.logicalPosition) {
    output.x = args.int()
    output.y = args.int()
  }
}

function readOutput(
  output: WaylandOutput & { turned: boolean },
  opcode: number,
  args: ArgumentReader,
): void {
  if (opcode === OUTPUT.geometry) {
    output.x = args.int()
    output.y = args.int()
    // Physical size in mm, and the order of its subpixels.
    for (let skipped = 0; skipped < 3; skipped++) args.int()
    args.text()
    args.text()
    // Odd transforms turn it by a quarter.
    output.turned = args.int() % 2 === 1
  }
  if (opcode === OUTPUT.mode && args.uint() & CURRENT_MODE) {
    output.width = args.int()
    output.height = args.int()
  }
}

function socketPath({ WAYLAND_DISPLAY, XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): string | null {
  const name = WAYLAND_DISPLAY || 'wayland-0'
  if (isAbsolute(name)) return name
  return XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, name) : null
}
