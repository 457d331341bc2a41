import type { Socket } from 'node:net'

/**
 * Hands on everything that a socket receives. When either side has ended the connection, calls
 * `onClosed` and then resolves. Never rejects: an error of the socket is an end like any other.
 */
export function readUntilClosed(
  socket: Socket,
  onData: (chunk: Buffer) => void,
  onClosed: () => void,
): Promise<void> {
  socket.on('error', () => {})
  socket.on('data', onData)
  socket.once('end', () => socket.destroy())
  return new Promise((resolve) => {
    socket.once('close', () => {
      onClosed()
      resolve()
    })
  })
}
