import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { startHelper, untilReady } from './helper-process.ts'

/** A private X display. */
export interface Xvfb {
  /** e.g. `:23871`. */
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
 * Servers that choose their number themselves take the lowest one, also that of a server which is
 * being restarted. Numbers up to 59,535 have a TCP port.
 */
const NUMBERS = { from: 1_000, to: 59_000 }
const TRIES = 5

/** How to start a display. */
export interface XvfbOptions {
  /** The display of a server that was killed (default: a free one). */
  display?: string
  /** An Xauthority file: the server accepts only clients that have its cookie. */
  authority?: string
  /** An extension that it does not have. */
  without?: string
}

/**
 * Starts Xvfb on a free display, or on one that a killed server has left. Resolves when the server
 * listens; it may not answer a client yet. A killed server leaves its socket file. The next server
 * reuses the number, so there is nothing to clear up.
 */
export async function startXvfb(
  size: { width: number; height: number },
  options: XvfbOptions = {},
): Promise<Xvfb> {
  const { display } = options
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(display ?? `:${randomInt(NUMBERS.from, NUMBERS.to)}`, size, options)
    } catch (error) {
      // Somebody else has just taken it.
      if (display !== undefined || tries === TRIES) throw error
    }
  }
}

async function startOn(
  display: string,
  size: { width: number; height: number },
  { authority, without }: XvfbOptions,
): Promise<Xvfb> {
  const server = await startHelper(
    'Xvfb',
    // Without -noreset it resets when its last client leaves: it then writes to the closed
    // displayfd and dies.
    [
      ...[
        display,
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
    await untilReady(server, firstLine(server.child.stdio[3] as Readable))
    return { display, pid: server.pid, stop: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}
