import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { startBrowser } from './browser.ts'

/** The client library as it is published. */
const LIBRARY = new URL('../../../dist/client/', import.meta.url)

/** A web application on a server of its own, with the client library among its files. */
export interface WebApplication {
  /** Its origin. Only the browser of {@link startPublicBrowser} finds it. */
  origin: string
  port: number
  close(): void
}

/** Starts the server of a web application. */
export async function startWebApplication(): Promise<WebApplication> {
  const server: Server = createServer(async ({ url = '' }, response) => {
    const name = /^\/client\/([\w-]+\.js)$/.exec(url)?.[1]
    if (name === undefined) {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>CRM</title><link rel="icon" href="data:,">')
      return
    }
    response.setHeader('content-type', 'text/javascript')
    response.end(await readFile(fileURLToPath(new URL(name, LIBRARY))))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://crm.example:${port}`,
    port,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/**
 * Starts a browser that takes the web application for a site of the internet, with TLS: it must ask
 * its user before the site may call a program on this computer.
 */
export function startPublicBrowser({ origin, port }: WebApplication): Promise<Browser> {
  return startBrowser([
    `--ip-address-space-overrides=127.0.0.1:${port}=public`,
    '--host-resolver-rules=MAP crm.example 127.0.0.1',
    `--unsafely-treat-insecure-origin-as-secure=${origin}`,
  ])
}
