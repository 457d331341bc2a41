import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdmission } from '../../../src/http/admission/admission.ts'
import { eventually, suite } from '../../support/suite.ts'

const HEAD = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
const FLOOD_BYTES = 20_000_000
/** As much as the kernel may hand over in one read, and a few reads more. */
const MOST_READ_BYTES = 1_000_000

suite('a stranger’s connection', (test) => {
  let server: Server
  let stranger: Socket
  test.afterEach(() => {
    stranger.destroy()
    server.close()
  })

  /** Admits a stranger that has sent one head. `serve` gets its connection. */
  async function admitStranger(
    lifetimeMs: number,
    serve: (connection: Duplex) => void,
  ): Promise<Socket> {
    const admission = createAdmission(serve, {
      slots: { strangers: 1, perClient: 1, clients: 1 },
      headLimitMs: 60_000,
      lifetimeMs,
      lateAnswer: '',
      identify: () => undefined,
    })
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    stranger = connect((server.address() as AddressInfo).port, '127.0.0.1')
    stranger.on('error', () => {})
    const [socket] = (await accepted) as [Socket]
    admission.admit(socket)
    stranger.write(HEAD)
    return socket
  }

  test('ends after its lifetime, even if it is never answered', async () => {
    const socket = await admitStranger(50, () => {})
    await eventually('the connection is closed', () => socket.destroyed)
  })

  test('is closed soon after its answer, and what it still sends is not read', async () => {
    let answer = (): void => {}
    const served = new Promise<void>((resolve) => {
      answer = resolve
    })
    let connection: Duplex | undefined
    const socket = await admitStranger(60_000, (duplex) => {
      connection = duplex
      answer()
    })
    await served
    stranger.write(Buffer.alloc(FLOOD_BYTES))
    stranger.resume()
    connection!.end('HTTP/1.1 200 OK\r\n\r\n')
    await eventually('the connection is closed', () => socket.destroyed)
    assert.ok(socket.bytesRead < MOST_READ_BYTES, `${socket.bytesRead} bytes were read`)
  })
})
