import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { StallWatch } from '../../time/stall-watch.ts'
import { ConnectionSlots, type SlotLimits } from './connection-slots.ts'
import { OneRequestConnection } from './one-request-connection.ts'
import {
  type CredentialHeaders,
  credentialHeaders,
  headLength,
  isSafe,
  methodOf,
} from './request-head.ts'
import { StrangerQueue } from './stranger-queue.ts'

/** The parts and limits of an admission. */
export interface AdmissionOptions {
  slots: SlotLimits
  /** The longest time that a stranger's connection may take to send a head. Milliseconds. */
  headLimitMs: number
  /** The longest time that a stranger's connection may stay open. Milliseconds. */
  lifetimeMs: number
  /** Returns the client of these credentials, or undefined when they are not valid. */
  identify(credentials: CredentialHeaders): string | undefined
  /** The raw answer to a head that was not complete in time. */
  lateAnswer: string
}

/** Admits connections to an HTTP server. */
export interface Admission {
  /** Admits a connection that has just been accepted. */
  admit(socket: Socket): void
  /** Is called first with every request of the server. */
  observe(request: IncomingMessage, response: ServerResponse): void
  /** Closes all connections that wait for a request. */
  closeIdle(): void
}

/**
 * Creates an admission before an HTTP server, whose connection listener is `serve`. It reads the
 * head of a connection's first request before the server does. A connection with a valid credential
 * goes to the server as it is. A stranger's is given one answer, in its turn; whatever comes behind
 * its head stays unread. So a flood without a credential cannot keep the event loop from media, log
 * and clients. A client without room for another connection is treated alike.
 */
export function createAdmission(
  serve: (connection: Duplex) => void,
  options: AdmissionOptions,
): Admission {
  const slots = new ConnectionSlots(options.slots)
  const queue = new StrangerQueue()

  function serveStranger(socket: Socket, head: Buffer, isOneTooMany: boolean): void {
    const leaveQueue = queue.add(() => {
      slots.countRequest(socket, 1, false)
      serve(new OneRequestConnection(socket, head, isOneTooMany))
    })
    socket.once('close', leaveQueue)
  }

  function serveClient(socket: Socket, bytes: Buffer): void {
    socket.unshift(bytes)
    serve(socket)
    socket.resume()
  }

  return {
    admit(socket) {
      slots.open(socket)
      // The connection's own end is all there is to know about its errors.
      socket.on('error', () => socket.destroy())
      limitStranger(socket, options, (bytes, length) => {
        const head = bytes.subarray(0, length)
        const clientId = options.identify(credentialHeaders(head))
        const isAdmitted =
          clientId !== undefined && slots.authenticate(socket, clientId, !isSafe(methodOf(head)))
        if (isAdmitted) serveClient(socket, bytes)
        else serveStranger(socket, head, clientId !== undefined)
        return !isAdmitted
      })
    },
    observe({ socket, method }, response) {
      if (socket instanceof OneRequestConnection) {
        response.shouldKeepAlive = false
        return
      }
      // The port and the Unix socket have an admission each, and both see every request.
      const acts = !isSafe(method)
      if (slots.countRequest(socket, 1, acts))
        response.once('close', () => slots.countRequest(socket, -1, acts))
    },
    closeIdle: () => slots.closeIdle(),
  }
}

/**
 * Reads a connection up to the end of its first head, within the limits of a stranger. `onHead`
 * gets all bytes read and the length of the head, and returns whether the limits go on.
 */
function limitStranger(
  socket: Socket,
  { headLimitMs, lifetimeMs, lateAnswer }: AdmissionOptions,
  onHead: (bytes: Buffer, length: number) => boolean,
): void {
  let received: Buffer = Buffer.alloc(0)
  const lifetime = new StallWatch(lifetimeMs, () => socket.destroy())
  // A head that has come while this process was held waits to be read.
  const tooLate = new StallWatch(headLimitMs, () => {
    socket.end(lateAnswer)
    socket.destroySoon()
  })
  const endLimits = (): void => {
    tooLate.stop()
    lifetime.stop()
  }
  const leave = (): void => {
    socket.off('data', onData)
    socket.off('end', onEnd)
    tooLate.stop()
  }
  const onEnd = (): void => {
    socket.destroy()
  }
  const onData = (chunk: Buffer): void => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const length = headLength(received)
    if (length === null) return
    socket.pause()
    leave()
    if (onHead(received, length)) return
    endLimits()
    socket.off('close', endLimits)
  }
  socket.on('data', onData)
  socket.on('end', onEnd)
  socket.once('close', endLimits)
}

/**
 * Takes from an HTTP server the listener by which it reads a connection, and returns it. From then
 * on the server reads only what the listener is called with.
 */
export function detachConnectionListener(server: Server): (connection: Duplex) => void {
  const [listener, ...others] = server.listeners('connection')
  if (listener === undefined || others.length > 0)
    throw new Error('The HTTP server does not have exactly one listener for connections.')
  server.removeAllListeners('connection')
  return (connection) => listener.call(server, connection)
}
