import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { Splitter } from '../media/splitter.ts'
import { StallWatch } from '../time/stall-watch.ts'
import { readCookie, serverAddresses } from './address.ts'
import { PacedReading } from './paced-reading.ts'
import { controlPacket, readPacket, soundPacket } from './packets.ts'
import { COMMAND, errorText, NONE, PROTOCOL_VERSION } from './protocol.ts'
import { PulseError } from './pulse-error.ts'
import { arbitrary, properties, TagReader, u32 } from './tagstruct.ts'

/** The limit for each answer, ms. */
const ANSWER_MS = 1_500
/** How long the end of a connection waits for sound that is late, and how often it looks, ms. */
const LATE_MS = 400
const LATE_STEP_MS = 10
/** The most that is read at once. */
const READ_BYTES = 65_536
/** The flags of a version: whether the server would share memory. */
const VERSION_MASK = 0xffff

/** How to connect. */
export interface PulseOptions {
  /** Where the server and the cookie are looked up. */
  env: NodeJS.ProcessEnv
  /** Shown to others by the server. */
  properties: Readonly<Record<string, string>>
  /** Ends the connection at once, also while it is being opened. */
  signal?: AbortSignal
  /** The limit for each answer, ms (default 1,500). */
  answerMs?: number
}

/** Receives everything but answers. Errors that these functions throw end the connection. */
export interface PulseEvents {
  /** A message that answers no request. */
  message?(command: number, args: TagReader): void
  /** Sound of the one stream that captures; blocks that were read together are joined. */
  sound?(pcm: Buffer): void
}

interface PendingRequest {
  onReply: (args: TagReader) => void
  reject: (error: PulseError) => void
  limit: StallWatch
}

/**
 * A connection to a sound server that speaks the PulseAudio native protocol: PulseAudio, or
 * PipeWire through pipewire-pulse. No memory is shared, so sound comes through the socket.
 */
export class PulseConnection {
  /** Resolves with why the connection has ended. Never rejects. */
  readonly closed: Promise<PulseError>
  readonly #socket: Socket
  readonly #events: PulseEvents
  readonly #answerMs: number
  readonly #packets = new Splitter(readPacket)
  readonly #pending = new Map<number, PendingRequest>()
  #tag = 0
  #pacing: PacedReading | undefined
  #error = new PulseError('absent', 'The sound server has ended the connection.')

  /** Connects and introduces this client. Rejects with {@link PulseError}. */
  static async open(options: PulseOptions, events: PulseEvents = {}): Promise<PulseConnection> {
    const { env, signal, answerMs = ANSWER_MS } = options
    const receiver: Receiver = { push: () => {} }
    const [socket, cookie] = await Promise.all([
      connectSocket(serverAddresses(env), receiver, answerMs, signal),
      readCookie(env),
    ])
    const connection = new PulseConnection(socket, events, answerMs)
    receiver.push = (bytes) => connection.#onData(bytes)
    try {
      // Sent together: a server answers in order, and a refusal ends both.
      const [version] = await Promise.all([
        connection.request(COMMAND.auth, [u32(PROTOCOL_VERSION), arbitrary(cookie)], (reply) =>
          reply.u32(),
        ),
        connection.request(COMMAND.setClientName, [properties(options.properties)], () => {}),
      ])
      if ((version & VERSION_MASK) >= PROTOCOL_VERSION) return connection
      throw new PulseError('refused', 'The sound server is too old.')
    } catch (error) {
      connection.close()
      throw error
    }
  }

  private constructor(socket: Socket, events: PulseEvents, answerMs: number) {
    this.#socket = socket
    this.#events = events
    this.#answerMs = answerMs
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const { reject, limit } of this.#pending.values()) {
          limit.stop()
          reject(this.#error)
        }
        this.#pending.clear()
        this.#pacing?.stop()
        resolve(this.#error)
      })
    })
    socket.once('end', () => socket.destroy())
  }

  /**
   * Sends a request. `read` reads the reply's values at once, before anything that came after it.
   * Rejects with {@link PulseError}. The connection ends when an answer does not come in time.
   */
  request<T>(command: number, args: readonly Buffer[], read: (reply: TagReader) => T): Promise<T> {
    if (this.#socket.destroyed) return Promise.reject(this.#error)
    return new Promise<T>((resolve, reject) => {
      const tag = this.#tag
      this.#tag = (this.#tag + 1) % NONE
      const limit = new StallWatch(this.#answerMs, () => this.#end(silentServer()))
      const onReply = (reply: TagReader): void => resolve(read(reply))
      this.#pending.set(tag, { onReply, reject, limit })
      this.#socket.write(controlPacket([u32(command), u32(tag), ...args]))
    })
  }

  /** Sends a block of sound to a playback stream's channel. */
  sendSound(channel: number, pcm: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(soundPacket(channel, pcm))
  }

  /** Reads sound in steps from now on; see {@link PacedReading}. */
  pace(): void {
    if (!this.#socket.destroyed) this.#pacing ??= new PacedReading(this.#socket)
  }

  /** Sound is late: it is read as fast as it comes for a moment, and then in steps again. */
  catchUp(): void {
    if (!this.#socket.destroyed) this.#pacing?.catchUp()
  }

  /**
   * Reads what has come until now, and then closes the connection. While that is not enough, it
   * waits for what a busy machine has held up, at most 0.4 s.
   */
  async finish(isEnough: () => boolean): Promise<void> {
    const until = performance.now() + LATE_MS
    this.#pacing?.stop()
    for (;;) {
      // Data that has arrived is read in the poll phase between these two.
      await setImmediate()
      await setImmediate()
      if (isEnough() || this.#socket.destroyed || performance.now() >= until) break
      await delay(LATE_STEP_MS)
    }
    this.close()
  }

  /** Does not keep this process alive. */
  unref(): void {
    this.#socket.unref()
  }

  close(): void {
    this.#socket.destroy()
  }

  #end(error: PulseError): void {
    this.#error = error
    this.#socket.destroy()
  }

  #onData(chunk: Buffer): void {
    this.#pacing?.hasRead()
    const blocks: Buffer[] = []
    const deliver = (): void => {
      // Copies them, because the memory of the chunk will be used again.
      const joined = Buffer.concat(blocks)
      blocks.length = 0
      if (joined.length > 0) this.#events.sound?.(joined)
    }
    try {
      for (const { channel, content } of this.#packets.push(chunk)) {
        if (this.#socket.destroyed) return
        if (channel !== null) {
          blocks.push(content)
          continue
        }
        deliver()
        this.#dispatch(content)
      }
      deliver()
      this.#packets.copyRest()
    } catch (cause) {
      const message = 'The sound server sent something that is not of its protocol.'
      this.#end(new PulseError('refused', message, { cause }))
    }
  }

  #dispatch(content: Buffer): void {
    const args = new TagReader(content)
    const command = args.u32()
    const tag = args.u32()
    if (command !== COMMAND.reply && command !== COMMAND.error) {
      this.#events.message?.(command, args)
      return
    }
    const pending = this.#pending.get(tag)
    if (pending === undefined) return
    this.#pending.delete(tag)
    pending.limit.stop()
    if (command === COMMAND.error) {
      const code = args.u32()
      const message = `The sound server refused a request (${errorText(code)}).`
      pending.reject(new PulseError('refused', message, { code }))
      return
    }
    try {
      pending.onReply(args)
    } catch (cause) {
      const message = 'The sound server gave an answer that cannot be read.'
      pending.reject(new PulseError('refused', message, { cause }))
      throw cause
    }
  }
}

function silentServer(): PulseError {
  return new PulseError('silent', 'The sound server does not answer.')
}

/**
 * Gets the bytes of a socket, once there is somebody to read them. Their memory is used again, so
 * what is kept has to be copied.
 */
interface Receiver {
  push(bytes: Buffer): void
}

async function connectSocket(
  addresses: NetConnectOpts[],
  receiver: Receiver,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  let cause: unknown
  for (const address of addresses) {
    if (signal?.aborted) break
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback(length: number, bytes: Uint8Array) {
        receiver.push(Buffer.from(bytes.buffer, bytes.byteOffset, length))
        return true
      },
    }
    const socket = connect({ ...address, onread, ...(signal ? { signal } : {}) })
    const limit = new StallWatch(limitMs, () => socket.destroy(silentServer()))
    try {
      await once(socket, 'connect')
      // Errors of the socket are handled at its end.
      socket.on('error', () => {})
      return socket
    } catch (error) {
      if (error instanceof PulseError) throw error
      cause = error
    } finally {
      limit.stop()
    }
  }
  throw new PulseError('absent', 'No sound server answers.', { cause })
}
