import { type IncomingMessage, type RequestOptions, request } from 'node:http'

/** Sends one request on a connection of its own. Resolves when its answer begins. */
export function exchange(
  url: string,
  options: RequestOptions,
  payload?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options })
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}
