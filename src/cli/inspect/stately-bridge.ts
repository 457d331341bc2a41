import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { InspectionMessage } from '../../contract/inspection.ts'
import { STATELY_URL, statelyPage, toStately } from '../../inspection/stately.ts'

/** A page on this computer that shows a feed in Stately's inspector. */
export interface StatelyBridge {
  /** The page's address. It works once. */
  readonly url: string
  /** Resolves when the page has been closed. Rejects when the feed breaks. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Type': 'text/html; charset=utf-8',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
}

/**
 * Serves the page to one browser, and opens the feed when the page asks for it. Address and web
 * socket have secrets that work once: neither other pages nor other users can read the feed.
 */
export async function openStatelyBridge(
  openFeed: () => Promise<AsyncIterable<InspectionMessage>>,
): Promise<StatelyBridge> {
  const [pagePath, feedPath] = [secretPath(), secretPath()]
  const unused = new Set([pagePath, feedPath])
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const isFor = ({ url, headers }: IncomingMessage, path: string): boolean =>
    url === path && headers.host === host && unused.delete(path)
  server.on('request', (request, response) => {
    if (request.method !== 'GET' || !isFor(request, pagePath)) return response.writeHead(404).end()
    const policy = policyFor(host)
    response.writeHead(200, { ...HEADERS, 'Content-Security-Policy': policy })
    return response.end(statelyPage(`ws://${host}${feedPath}`))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4_096 })
  const ended = new Promise<void>((resolve, reject) => {
    server.on('upgrade', (request, socket, head) => {
      if (request.headers.origin !== `http://${host}` || !isFor(request, feedPath)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
        return
      }
      sockets.handleUpgrade(request, socket, head, (page) => {
        page.once('close', () => resolve())
        passOn(openFeed, page).catch(reject)
      })
    })
  })
  // A feed may break before anybody waits for the end.
  ended.catch(() => {})
  return {
    url: `http://${host}${pagePath}`,
    ended,
    async close() {
      for (const page of sockets.clients) page.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function passOn(
  openFeed: () => Promise<AsyncIterable<InspectionMessage>>,
  page: WebSocket,
): Promise<void> {
  for await (const message of await openFeed()) {
    if (page.readyState !== page.OPEN) return
    page.send(JSON.stringify(toStately(message)))
  }
}

/** The page may load nothing but Stately's inspector, and connect to nothing but its feed. */
function policyFor(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    `frame-src ${new URL(STATELY_URL).origin}`,
    `connect-src ws://${host}`,
  ].join('; ')
}

function secretPath(): string {
  return `/${randomBytes(24).toString('base64url')}`
}
