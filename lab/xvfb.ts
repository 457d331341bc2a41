import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type HelperProcess, readyOrFailed, startHelper } from './helper-process.ts'

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

/** A server that was killed leaves its lock and socket, and with them a display number that nobody gets again. */
async function removeTraces(server: HelperProcess, number: string): Promise<void> {
  const lock = `/tmp/.X${number}-lock`
  const owner = await readFile(lock, 'utf8').catch(() => '')
  if (Number(owner) !== server.pid) return
  await rm(lock, { force: true })
  await rm(`/tmp/.X11-unix/X${number}`, { force: true })
}

/** Starts Xvfb on a free display. It has said that it listens; {@link connectX11} proves that it answers. */
export async function startXvfb(size: { width: number; height: number }): Promise<Xvfb> {
  const server = await startHelper(
    'Xvfb',
    // Without -noreset it resets when its last client leaves, writes to the closed displayfd and dies.
    ['-displayfd', '3', '-noreset', '-nolisten', 'tcp', '-screen', '0', `${size.width}x${size.height}x24`],
    { env: process.env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  )
  let number = ''
  async function stop(): Promise<void> {
    await server.stop()
    if (number !== '') await removeTraces(server, number)
  }
  try {
    number = await readyOrFailed(server, firstLine(server.child.stdio[3] as Readable))
    return { display: `:${number}`, pid: server.pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
