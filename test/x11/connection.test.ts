import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Splitter } from '../../src/media/splitter.ts'
import { X11Connection } from '../../src/x11/connection.ts'
import { readRequest, readSetupRequest } from '../../src/x11/wire.ts'
import { suite } from '../support/suite.ts'

const GET_GEOMETRY = 14
/** X(7): display 0 of a host listens there. */
const TCP_BASE_PORT = 6_000
const LIMIT_MS = 5_000

/** Lets a client in: one screen, whose root window has the id 7. */
function setupReply(): Buffer {
  const reply = Buffer.alloc(8 + 72)
  reply[0] = 1
  reply.writeUInt16LE(72 / 4, 6)
  reply[8 + 20] = 1
  reply.writeUInt32LE(7, 8 + 32)
  return reply
}

/** Serves as an X server without extensions, of 640×480. Calls back for each piece that comes. */
function answer(client: Socket, onPiece: () => void): void {
  const requests = new Splitter(readRequest)
  let sequence = 0
  let isSetUp = false
  client.on('data', (piece: Buffer) => {
    if (!isSetUp) {
      isSetUp = readSetupRequest(piece) !== undefined
      client.write(setupReply())
      return
    }
    onPiece()
    for (const { opcode } of requests.push(piece)) {
      const reply = Buffer.alloc(32)
      reply[0] = 1
      reply.writeUInt16LE(++sequence, 2)
      if (opcode === GET_GEOMETRY) {
        reply.writeUInt16LE(640, 16)
        reply.writeUInt16LE(480, 18)
      }
      client.write(reply)
    }
  })
}

suite('a connection to an X server', (test) => {
  test('sends the requests of one turn at once, and gives each its reply', async () => {
    let pieces = 0
    const server = createServer((client) => answer(client, () => pieces++))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const env = { XAUTHORITY: '/dev/null' }
    const display = `127.0.0.1:${port - TCP_BASE_PORT}`
    const connection = await X11Connection.open(display, env, LIMIT_MS)
    try {
      pieces = 0
      const layouts = await Promise.all([connection.layout(), connection.layout()])
      for (const { width, height } of layouts) assert.deepEqual([width, height], [640, 480])
      assert.equal(pieces, 1)
      await connection.layout()
      assert.equal(pieces, 2)
    } finally {
      connection.close()
      await connection.closed
      server.close()
    }
  })
})
