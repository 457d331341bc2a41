import type { Socket } from 'node:net'
import { Splitter } from '../media/splitter.ts'
import { openSocket } from '../streams/open-socket.ts'
import { readUntilClosed } from '../streams/read-until-closed.ts'
import { StallWatch } from '../time/stall-watch.ts'
import { type BusName, busPath } from './address.ts'
import { type BusMessage, encodeCall, type MethodCall, readMessage } from './message.ts'

const BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}
/** Longer than any answer of a bus to a client that introduces itself. */
const GREETING_MAX_BYTES = 4_096

/**
 * Why a call failed. `absent`: there is no bus, or it is gone. `silent`: no answer came in time.
 * `refused`: the answer is an error, whose `errorName` the called program chose.
 */
export class BusError extends Error {
  readonly kind: 'absent' | 'silent' | 'refused'
  readonly errorName: string | undefined

  constructor(
    kind: BusError['kind'],
    message: string,
    options: { cause?: unknown; errorName?: string } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'BusError'
    this.kind = kind
    this.errorName = options.errorName
  }
}

/** The signals that a subscriber wants. What is left out may be anything. */
export interface SignalFilter {
  interface: string
  member: string
  path?: string
  /**
   * Only signals of the program that owns this name at that time. The bus checks the sender of
   * signals to everybody only, so a signal to this connection alone is ignored. Either all
   * subscribers of a connection name a sender, or none does.
   */
  sender?: string
  /** Only signals whose first argument is this text. */
  arg0?: string
}

/** Gets the values of a signal, and the path of the object that it is about. */
export type SignalListener = (args: unknown[], path: string) => void

interface PendingCall {
  resolve: (args: unknown[]) => void
  reject: (error: BusError) => void
}

/** A connection to a bus of D-Bus, as a client. */
export class BusConnection {
  /** The name that the bus has given this connection, such as `:1.42`. */
  uniqueName = ''
  /** Resolves when either side has ended the connection. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #messages = new Splitter(readMessage)
  readonly #pending = new Map<number, PendingCall>()
  readonly #subscribers = new Set<{ filter: SignalFilter; listener: SignalListener }>()
  #serial = 0

  /** Connects to a bus and introduces itself. Rejects with {@link BusError}. */
  static async open(
    env: NodeJS.ProcessEnv,
    limitMs: number,
    name: BusName = 'session',
  ): Promise<BusConnection> {
    const path = busPath(name, env)
    if (path === null) throw new BusError('absent', `There is no ${name} bus (D-Bus).`)
    const silent = new BusError('silent', 'The message bus (D-Bus) does not answer.')
    try {
      return await openSocket(path, { limitMs, silent }, async (socket) => {
        await authenticate(socket)
        const connection = new BusConnection(socket)
        const [uniqueName] = await connection.call({ ...BUS, member: 'Hello' }, limitMs)
        connection.uniqueName = String(uniqueName)
        return connection
      })
    } catch (cause) {
      if (cause instanceof BusError) throw cause
      const detail = `The ${name} bus (D-Bus) cannot be reached.`
      throw new BusError('absent', detail, { cause })
    }
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    const onData = (chunk: Buffer) => this.#onData(chunk)
    this.closed = readUntilClosed(socket, onData, () => {
      for (const { reject } of this.#pending.values())
        reject(new BusError('absent', 'The message bus (D-Bus) is gone.'))
      this.#pending.clear()
    })
  }

  /** Calls a method and returns the values of its reply. Rejects with {@link BusError}. */
  call(call: MethodCall, limitMs: number): Promise<unknown[]> {
    const serial = ++this.#serial
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed)
        return reject(new BusError('absent', 'The message bus (D-Bus) is gone.'))
      const limit = new StallWatch(limitMs, () => {
        this.#pending.delete(serial)
        reject(new BusError('silent', `${call.destination} does not answer.`))
      })
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          limit.stop()
          then(value)
        }
      this.#pending.set(serial, { resolve: settle(resolve), reject: settle(reject) })
      this.#socket.write(encodeCall(call, serial))
    })
  }

  /**
   * Calls back with the values of each signal that fits, from when it resolves. Rejects with
   * {@link BusError}.
   */
  async subscribe(filter: SignalFilter, listener: SignalListener, limitMs: number): Promise<void> {
    this.#subscribers.add({ filter, listener })
    const rule = Object.entries({ type: 'signal', ...filter })
      .map(([key, value]) => `${key}='${value}'`)
      .join(',')
    await this.call({ ...BUS, member: 'AddMatch', signature: 's', args: [rule] }, limitMs)
  }

  close(): void {
    this.#socket.destroy()
  }

  #onData(chunk: Buffer): void {
    try {
      for (const message of this.#messages.push(chunk)) this.#dispatch(message)
    } catch {
      // Nothing after a message that cannot be read could be read, either.
      this.#socket.destroy()
    }
  }

  #dispatch(message: BusMessage): void {
    const { kind, replySerial = 0, args } = message
    if (kind === 'signal') {
      for (const { filter, listener } of this.#subscribers)
        if (fits(message, filter)) listener(args, message.path ?? '')
      return
    }
    const pending = this.#pending.get(replySerial)
    this.#pending.delete(replySerial)
    const { errorName = '' } = message
    const text = typeof args[0] === 'string' ? args[0] : errorName
    if (kind === 'reply') pending?.resolve(args)
    else pending?.reject(new BusError('refused', text, { errorName }))
  }
}

function fits(message: BusMessage, filter: SignalFilter): boolean {
  const { interface: type, member, path, args, destination } = message
  return (
    (filter.sender === undefined || destination === undefined) &&
    type === filter.interface &&
    member === filter.member &&
    (filter.path === undefined || path === filter.path) &&
    (filter.arg0 === undefined || args[0] === filter.arg0)
  )
}

/** Says who we are, as the kernel confirms it to the bus (mechanism EXTERNAL). */
async function authenticate(socket: Socket): Promise<void> {
  const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
  let answer = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    answer += (chunk as Buffer).toString('latin1')
    if (answer.includes('\r\n') || answer.length > GREETING_MAX_BYTES) break
  }
  if (!answer.startsWith('OK ') || !answer.endsWith('\r\n'))
    throw new BusError('refused', 'The message bus (D-Bus) does not let the recorder in.')
  socket.write('BEGIN\r\n')
}
