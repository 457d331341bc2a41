import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { OneRequestConnection } from '../admission/one-request-connection.ts'

/** The connection of a request that asks for a web socket. */
export interface UpgradableConnection {
  socket: Duplex
  /** The bytes that came behind the head of the request. */
  head: Buffer
  /** Takes the connection away from the HTTP server, which answers it no more. */
  detach(): void
}

/** A connection with the answer that is being written to it. */
type Answering = Duplex & { _httpMessage?: ServerResponse | null }

const connections = new WeakMap<IncomingMessage, UpgradableConnection>()

/**
 * Returns the connection of a request that asks for a web socket; undefined for any other request.
 */
export function upgradableConnection(request: IncomingMessage): UpgradableConnection | undefined {
  return connections.get(request)
}

/**
 * Lets requests with an Upgrade header pass all checks of a server like others. Node hands them
 * over with a bare connection. One for a web socket gets an answer to write to, and keeps its
 * connection for its route. From any other the header is removed, since a server may ignore it
 * (RFC 9110, 7.8), and `serve`, which reads a connection, gets it once more. Returns the function
 * that destroys the connections that asked for a web socket: the server closes them no more.
 */
export function serveUpgrades(
  server: Server,
  serve: (connection: Duplex) => void,
  callback: RequestListener,
): () => void {
  const open = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    // Node hands it over while an earlier request of its connection is still being answered.
    if ((socket as Answering)._httpMessage) {
      socket.destroy()
      return
    }
    if (!asksForWebSocket(request)) {
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]))
      serve(socket)
      return
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // Node has removed its own listener.
    socket.on('error', () => socket.destroy())
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    response.once('finish', () => {
      response.detachSocket(socket as Socket)
      endConnection(socket)
    })
    // A stranger that has become a client since its head was read has no connection of a client.
    if (!(socket instanceof OneRequestConnection))
      connections.set(request, {
        socket,
        head,
        detach: () => response.detachSocket(socket as Socket),
      })
    callback(request, response)
  })
  return () => {
    for (const socket of open) socket.destroy()
  }
}

/** Whether a request opens a web socket (RFC 6455, 4.1). One with a body cannot. */
function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  )
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!/^(?:upgrade|connection)$/i.test(rawHeaders[i] as string))
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return Buffer.from([...lines, 'Connection: close', '', ''].join('\r\n'), 'latin1')
}

function endConnection(socket: Duplex): void {
  if ('destroySoon' in socket) (socket as Socket).destroySoon()
  else socket.end()
}
