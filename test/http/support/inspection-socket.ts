/** Opens inspection feeds as a client does, and reads their messages. */
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import type { InspectionMessage } from '../../../src/contract/inspection.ts'
import { eventually } from '../../support/suite.ts'
import { HOME_TOKEN } from './daemon.ts'

/** How to ask for a feed. */
export interface InspectOptions {
  query?: string
  /** Null: none. */
  token?: string | null
  headers?: Record<string, string>
  /** The path of a Unix socket to connect to. */
  socketPath?: string | null
}

/** A client's end of a feed. */
export interface InspectionSocket {
  socket: WebSocket
  messages: InspectionMessage[]
  /** Resolves when there are so many messages. */
  received(count: number): Promise<unknown>
  send(message: unknown): void
  /** Resolves with the code and the reason of its end. */
  closed: Promise<[code: number, reason: string]>
}

function connect(
  { url }: { url: string },
  { query = '', token = HOME_TOKEN, headers = {}, socketPath = null }: InspectOptions,
): WebSocket {
  const { host } = new URL(url)
  const path = `/v1/inspect${query}`
  const address = socketPath === null ? `ws://${host}${path}` : `ws+unix://${socketPath}:${path}`
  const credential = token === null ? {} : { authorization: `Bearer ${token}` }
  return new WebSocket(address, { headers: { host, ...credential, ...headers } })
}

/** Opens a feed. Rejects when it is refused. */
export async function openInspection(
  daemon: { url: string },
  options: InspectOptions = {},
): Promise<InspectionSocket> {
  const socket = connect(daemon, options)
  const messages: InspectionMessage[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  const closed = once(socket, 'close').then(
    ([code, reason]) => [code, String(reason)] as [number, string],
  )
  closed.catch(() => {})
  await once(socket, 'open')
  return {
    socket,
    messages,
    closed,
    received: (count) => eventually(`${count} messages`, () => messages.length >= count),
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  }
}

/** Asks for a feed that is refused. Returns the answer. */
export async function refusedInspection(
  daemon: { url: string },
  options: InspectOptions = {},
): Promise<Response> {
  const socket = connect(daemon, options)
  socket.on('error', () => {})
  const [, answer] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage]
  const body = await text(answer)
  return new Response(body, {
    status: answer.statusCode ?? 0,
    headers: Object.entries(answer.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]),
  })
}
