import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { ScreenCast } from './screen-cast.ts'

/** A connection that carries nothing: its end tells the end of PipeWire. */
interface PipeWireConnection {
  /** Resolves when it has ended, in whatever way. Never rejects. */
  closed: Promise<void>
  close(): void
}

/** The connections that a capture through the portal needs. All are opened at the same time. */
export class CastParts {
  /** Rejects with the reason in whole sentences. */
  readonly pipeWire: Promise<PipeWireConnection>
  /** A session that is not shared yet. Rejects with PortalError. */
  readonly cast: Promise<ScreenCast>
  /** Resolves when the desktop has ended the session. Never rejects. */
  readonly sessionClosed: Promise<void>

  constructor(env: NodeJS.ProcessEnv) {
    this.pipeWire = connectPipeWire(env)
    this.cast = ScreenCast.open(env)
    this.sessionClosed = new Promise((resolve) => {
      // A session that could not be opened is reported where it is shared.
      this.cast.then(({ closed }) => closed).then(resolve, () => {})
    })
    // Each is awaited where it is needed, if it is.
    for (const part of [this.pipeWire, this.cast]) part.catch(() => {})
  }

  /** Closes all, also what is still being opened. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled([
      this.pipeWire.then((connection) => connection.close()),
      this.cast.then((cast) => cast.close()),
    ])
  }
}

async function connectPipeWire(env: NodeJS.ProcessEnv): Promise<PipeWireConnection> {
  const folder = env.PIPEWIRE_RUNTIME_DIR || env.XDG_RUNTIME_DIR
  if (!folder) throw new Error('XDG_RUNTIME_DIR is not set.')
  const socket = connect({ path: join(folder, env.PIPEWIRE_REMOTE || 'pipewire-0') })
  try {
    await once(socket, 'connect')
  } catch (cause) {
    const detail = 'PipeWire does not run, which brings the frames of the screen.'
    throw new Error(detail, { cause })
  }
  // A PipeWire that ends before it has accepted the connection resets it. The reason of an end does
  // not matter, so `once` of node:events, which rejects on an error, would be wrong here.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {}).once('end', () => socket.destroy())
  // Without reading, the end would not be noticed.
  socket.resume()
  return { closed, close: () => socket.destroy() }
}
