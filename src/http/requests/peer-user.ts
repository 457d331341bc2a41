import { readFile } from 'node:fs/promises'

/** The kernel's tables of TCP sockets. A program can reach IPv4 through a socket of either kind. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6']
const LOOPBACK = ['0100007F', '0000000000000000FFFF00000100007F']

/** The ports of a connection, as its daemon sees them. */
interface Connection {
  remotePort?: number | undefined
  localPort?: number | undefined
}

/**
 * Returns the user whose program has the other end of a connection to 127.0.0.1; null when no
 * program has it any more. Undefined where the system does not tell: other systems than Linux, or a
 * program in a container of its own.
 */
async function peerUserId({
  remotePort,
  localPort,
}: Connection): Promise<number | null | undefined> {
  if (process.platform !== 'linux' || remotePort === undefined || localPort === undefined)
    return undefined
  for (const table of TABLES) {
    const text = await readFile(table, 'latin1').catch(() => '')
    const user = userInTable(text, remotePort, localPort)
    if (user !== undefined) return user
  }
  return undefined
}

/**
 * Finds the user of the socket that is bound to `port` and connected to `peerPort`, both of
 * 127.0.0.1, in a table of the kernel (proc(5), `/proc/net/tcp`). Null when no program has the
 * socket open any more: the table then names the administrator in place of its user.
 */
export function userInTable(
  table: string,
  port: number,
  peerPort: number,
): number | null | undefined {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0')
  const [own, peer] = [`:${hex(port)}`, `:${hex(peerPort)}`]
  const isLoopback = (address: string, end: string): boolean =>
    address.endsWith(end) && LOOPBACK.includes(address.slice(0, -end.length))
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , user, , inode] = line.trim().split(/\s+/)
    if (isLoopback(local, own) && isLoopback(remote, peer))
      return inode === '0' ? null : Number(user)
  }
  return undefined
}

/**
 * Whether a program of another user has the other end. Those of the administrator do not count:
 * they can do everything anyway, and some forward connections for the user.
 */
export async function isOtherUser(connection: Connection): Promise<boolean> {
  const user = await peerUserId(connection)
  return user !== undefined && user !== 0 && user !== process.getuid?.()
}
