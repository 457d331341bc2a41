import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'

/** The length that every system allows for the address of a Unix socket, in bytes. */
const MAX_PATH_BYTES = 103

/**
 * Returns the path of the socket on which a home's daemon listens: a Unix socket in the home
 * folder, on Windows a named pipe. Null when the path is too long for one.
 */
export function apiSocketPath(folder: string, platform = process.platform): string | null {
  if (platform === 'win32') {
    const name = createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 32)
    return `\\\\.\\pipe\\f2f-recorder-${name}`
  }
  const path = join(folder, 'api.sock')
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : null
}

/**
 * Whether a path is a socket that only this user can have put there. A named pipe of Windows proves
 * nothing: anybody can create one of that name.
 */
export async function isOwnSocket(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false
  try {
    const socket = await lstat(path)
    return socket.isSocket() && socket.uid === process.getuid?.()
  } catch {
    return false
  }
}
