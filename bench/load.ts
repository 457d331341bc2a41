/**
 * Sends the requests of the HTTP bench from a process of its own (`fork` it and send it jobs). It
 * speaks HTTP over plain sockets, because Node's own client costs more than the measured servers
 * and the bench would measure the client.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { percentile } from './statistics.ts'

/** A request and how often to send it. */
export interface LoadJob {
  port: number
  /** The whole request: head and body. `{unique}` stands for digits that no other request has. */
  request: string
  /** Number of connections. Each sends its next request when it has the answer to the last. */
  connections: number
  ms: number
}

/** The result of a job. */
export interface LoadResult {
  requests: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Share of one core that this process used. Near 1 the client was the bottleneck. */
  clientCores: number
}

const UNIQUE = '{unique}'
/** Another process has begun at another time. */
const firstUnique = Date.now() * 1_000
let sent = 0

async function runJob({ port, request, connections, ms }: LoadJob): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const latencies: number[] = []
  const cpu = process.cpuUsage()
  const started = performance.now()
  await Promise.all(sockets.map((socket) => sendUntil(socket, request, started + ms, latencies)))
  const elapsed = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  for (const socket of sockets) socket.destroy()
  return {
    requests: latencies.length,
    perSecond: (latencies.length / elapsed) * 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    clientCores: (user + system) / 1_000 / elapsed,
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/**
 * Sends one request after the other until `until`. Rejects on any answer but a 2xx with a length.
 */
function sendUntil(
  socket: Socket,
  request: string,
  until: number,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0
    let received: Buffer = Buffer.alloc(0)
    const isUnique = request.includes(UNIQUE)
    const bytes = Buffer.from(request)
    const send = (): void => {
      sentAt = performance.now()
      socket.write(isUnique ? request.replace(UNIQUE, `${firstUnique + ++sent}`) : bytes)
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const head = received.toString('latin1', 0, headEnd)
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      if (length === undefined || head[9] !== '2')
        return reject(new Error(`unexpected answer: ${head.split('\r\n')[0]}`))
      if (received.length < headEnd + 4 + Number(length)) return
      received = Buffer.alloc(0)
      const now = performance.now()
      latencies.push(now - sentAt)
      if (now < until) send()
      else resolve()
    })
    send()
  })
}

process.on('message', (job: LoadJob) => {
  runJob(job).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
