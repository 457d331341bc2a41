import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { startHelper, untilReady } from './helper-process.ts'

/** A private X display. */
export interface Xvfb {
  /** e.g. `:3`, chosen by the server. */
  display: string
  pid: number
  stop(): Promise<void>
}

async function firstLine(stream: Readable): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  while (!text.includes('\n')) text += ((await once(stream, 'data')) as [string])[0]
  return text.trim()
}

/**
 * Starts Xvfb on a free display, or on one that a killed server has left. Resolves when the server
 * has written its display number; it may not answer a client yet. A killed server leaves its socket
 * file. The next server reuses the number, so there is nothing to clear up.
 */
export async function startXvfb(
  size: { width: number; height: number },
  options: {
    display?: string
    /** An Xauthority file: the server accepts only clients that have its cookie. */
    authority?: string
    /** An extension that it does not have. */
    without?: string
  } = {},
): Promise<Xvfb> {
  const { display, authority, without } = options
  const server = await startHelper(
    'Xvfb',
    // Without -noreset it resets when its last client leaves: it then writes to the closed
    // displayfd and dies.
    [
      ...[
        ...(display ? [display] : []),
        ...(authority ? ['-auth', authority] : []),
        ...(without ? ['-extension', without] : []),
        '-displayfd',
        '3',
        '-noreset',
      ],
      ...['-nolisten', 'tcp', '-screen', '0', `${size.width}x${size.height}x24`],
    ],
    { env: process.env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  try {
    const number = await untilReady(server, firstLine(server.child.stdio[3] as Readable))
    return { display: display ?? `:${number}`, pid: server.pid, stop: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}
