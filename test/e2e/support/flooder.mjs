// A stranger without a credential, as a process of its own. Usage: flooder.mjs PORT KIND SOCKETS.
// Prints `connected` once, and runs until it is killed.
import { connect } from 'node:net'

const [port, kind, sockets] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])]
const get = (host) => `GET /v1/recordings HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const OWN_HOST = `127.0.0.1:${port}`
const PIPELINE = Buffer.from(get(OWN_HOST).repeat(500))
const FOREIGN = Buffer.from(get('evil.example').repeat(500))
const BODY_HEAD = `POST /v1/recordings HTTP/1.1\r\nHost: ${OWN_HOST}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`

/** Writes as fast as the other side takes it. */
function pour(socket, bytes) {
  while (!socket.destroyed && socket.write(bytes));
}

const KINDS = {
  pipelining(socket) {
    socket.resume()
    socket.on('drain', () => pour(socket, PIPELINE))
    pour(socket, PIPELINE)
  },
  foreignHost(socket) {
    socket.resume()
    socket.on('drain', () => pour(socket, FOREIGN))
    pour(socket, FOREIGN)
  },
  slowBody(socket) {
    socket.resume()
    socket.write(BODY_HEAD)
    const drip = setInterval(() => socket.write(' '), 20)
    socket.on('close', () => clearInterval(drip))
  },
  halfOpen(socket) {
    socket.resume()
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${OWN_HOST}\r\nX: `)
  },
  neverReading(socket) {
    socket.on('drain', () => pour(socket, PIPELINE))
    pour(socket, PIPELINE)
  },
  reconnecting(socket) {
    socket.resume()
    socket.end(get(OWN_HOST))
  },
}

let announced = false
function open() {
  const socket = connect(port, '127.0.0.1', () => {
    if (!announced) console.log('connected')
    announced = true
    KINDS[kind](socket)
  })
  socket.on('error', () => {})
  socket.on('end', () => socket.destroy())
  socket.on('close', () => setImmediate(open))
}
for (let i = 0; i < sockets; i++) open()
