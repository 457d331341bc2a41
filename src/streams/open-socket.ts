import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { StallWatch } from '../time/stall-watch.ts'

/**
 * Connects to a Unix socket and introduces this client, both within a limit. Rejects with `silent`
 * when the limit has passed, otherwise with the error of the socket or of `introduce`. The socket
 * is destroyed then.
 */
export async function openSocket<T>(
  path: string,
  { limitMs, silent }: { limitMs: number; silent: Error },
  introduce: (socket: Socket) => Promise<T>,
): Promise<T> {
  const socket = connect({ path })
  let isLate = false
  const limit = new StallWatch(limitMs, () => {
    isLate = true
    socket.destroy(silent)
  })
  try {
    await once(socket, 'connect')
    return await introduce(socket)
  } catch (cause) {
    socket.destroy()
    throw isLate ? silent : cause
  } finally {
    limit.stop()
  }
}
