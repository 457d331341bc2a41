import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers as a test wants. */
export interface TestServer {
  url: string
  requests: IncomingMessage[]
}

const open = new Set<Server>()

/** Closes the servers of a test, also of one that has failed. */
export async function closeServers(): Promise<void> {
  for (const server of open) {
    open.delete(server)
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

/** Starts a server for one test. `answer` also gets the number of the request, from 1. */
export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse, number: number) => void,
): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  open.add(server)
  return { url: `http://127.0.0.1:${port}`, requests }
}
