import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import { assertIdentity } from '../../../src/cli/connection/assert-identity.ts'
import { sendRequest } from '../../../src/cli/connection/transport.ts'
import { ProblemError } from '../../../src/cli/problem.ts'
import {
  CHALLENGE_HEADER,
  identityProof,
  PROOF_HEADER,
} from '../../../src/contract/identity-proof.ts'
import { apiSocketPath } from '../../../src/home/api-socket.ts'
import { type DaemonInfo, writeDaemonFile } from '../../../src/home/daemon-file.ts'
import type { Home } from '../../../src/home/home.ts'
import { assertWithin } from '../../support/machine.ts'
import { suite } from '../../support/suite.ts'
import { recording } from '../support/samples.ts'
import { f2f, freshHome, TOKEN } from '../support/stub.ts'

const startedAt = '2026-01-31T09:00:00.000Z'
const noSockets = process.platform === 'win32' ? 'Windows has no Unix sockets' : null
const notRoot = process.getuid?.() === 0 ? null : 'becoming another user needs root'
const NOBODY = 65_534

/** The recorder's treatment of a connection that asks for a proof. */
type Treatment = 'prove' | 'reset' | 'stay silent' | 'prove nothing'

/** A recorder, or a program that only has its port. */
interface Listener {
  daemon: DaemonInfo
  home: Home
  /** The path, the credential and the idempotency key of each request. */
  requests: { url: string; authorization: string | undefined; key: string | undefined }[]
}

suite('the proof that the recorder listens', (test) => {
  const servers: Server[] = []
  const folders: string[] = []
  const children: ChildProcess[] = []
  const sockets: Socket[] = []
  test.afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const child of children.splice(0)) child.kill('SIGKILL')
    for (const server of servers.splice(0)) server.close()
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })

  async function listen(server: Server, at: string | number = 0): Promise<number> {
    servers.push(server)
    if (typeof at === 'string') server.listen(at)
    else server.listen(at, '127.0.0.1')
    await once(server, 'listening')
    return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port
  }

  async function announce(server: Server): Promise<Pick<Listener, 'daemon' | 'home'>> {
    const home = await freshHome()
    folders.push(home.folder)
    const url = `http://127.0.0.1:${await listen(server)}`
    const daemon: DaemonInfo = { pid: process.pid, url, startedAt }
    await writeFile(home.tokenFile, TOKEN)
    await writeDaemonFile(home, daemon)
    return { daemon, home }
  }

  async function httpListener(
    onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<Listener> {
    const requests: Listener['requests'] = []
    const server = createServer((request, response) => {
      const { authorization, 'idempotency-key': key } = request.headers
      requests.push({ url: request.url ?? '', authorization, key: key as string | undefined })
      onRequest(request, response)
    })
    return { ...(await announce(server)), requests }
  }

  /**
   * Treats the proofs as given, all further ones like the last. Closes as many connections of
   * commands as `commands` says, and answers the others.
   */
  async function recorder(
    treatments: Treatment[],
    onProof = () => {},
    commands: Treatment[] = [],
  ): Promise<Listener> {
    const listener = await httpListener((request, response) => {
      if (request.url !== '/healthz')
        return commands.shift() === 'reset'
          ? request.socket.resetAndDestroy()
          : response.end(JSON.stringify(recording()))
      const treatment = treatments.length > 1 ? treatments.shift() : treatments[0]
      if (treatment === 'reset') request.socket.resetAndDestroy()
      if (treatment === 'prove nothing') response.end('<html>')
      if (treatment === 'prove') {
        const port = request.socket.localPort as number
        const challenge = request.headers[CHALLENGE_HEADER] as string
        response.setHeader(PROOF_HEADER, identityProof(TOKEN, port, challenge)).end()
      }
      return onProof()
    })
    return listener
  }

  /** Lists a listener's requests that carried a credential. */
  const trusted = ({ requests }: Listener): string[] =>
    requests.filter(({ authorization }) => authorization !== undefined).map(({ url }) => url)

  const ask = (daemon: DaemonInfo): Promise<IncomingMessage> =>
    sendRequest(daemon, TOKEN, {
      method: 'POST',
      target: '/v1/recordings/current/pause',
      body: '{}',
      signal: AbortSignal.timeout(20_000),
      headers: {},
    })

  test('a pause gets through when the recorder has closed the connections of two proofs', async () => {
    const listener = await recorder(['reset', 'reset', 'prove'])
    const ran = await f2f(['pause', '--json'], { home: listener.home })
    assert.equal(ran.code, 0, ran.stdout)
    assert.deepEqual(trusted(listener), ['/v1/recordings/current/pause'])
  })

  test('a recorder that closes or ignores every proof does not answer, and gets no token', async () => {
    for (const treatment of ['reset', 'stay silent'] as const) {
      const listener = await recorder([treatment])
      const limits = { totalMs: 200, attemptMs: 60 }
      const signal = new AbortController().signal
      const error = await assertIdentity(listener.daemon, TOKEN, signal, limits).catch((e) => e)
      assert.ok(error instanceof ProblemError, String(error))
      assert.equal(error.problem.code, 'NO_ANSWER')
      assert.match(`${error.problem.detail} ${error.problem.remedy}`, /was not sent.*Try again/)
      assert.ok(listener.requests.length > 1, `${listener.requests.length} attempts`)
      assert.deepEqual(trusted(listener), [])
    }
  })

  test('the inspection feed is not opened at a program that proves nothing', async () => {
    const listener = await recorder(['prove nothing'])
    const ran = await f2f(['inspect', '--json'], { home: listener.home })
    assert.deepEqual([ran.code, ran.json().code], [1, 'NOT_THE_RECORDER'])
    assert.deepEqual(trusted(listener), [])
  })

  test('a pause gets through when its own connection was closed, and is carried out once', async () => {
    const closed: Treatment[] = ['reset', 'reset']
    const listener = await recorder(['prove'], () => {}, closed)
    const ran = await f2f(['pause', '--json'], { home: listener.home })
    assert.equal(ran.code, 0, ran.stdout)
    const keys = listener.requests.flatMap(({ key }) => key ?? [])
    assert.equal(keys.length, 3)
    assert.equal(new Set(keys).size, 1)
  })

  test('a command is not repeated when it could act twice, or when another program has the port now', async () => {
    for (const [argv, treatments] of [
      [['token', 'create', '--name', 'crm', '--scopes', 'read'], ['prove']],
      [['pause'], ['prove', 'prove nothing']],
    ] as [string[], Treatment[]][]) {
      const listener = await recorder(treatments, () => {}, ['reset'])
      const ran = await f2f(argv, { home: listener.home })
      assert.match(ran.stderr, /may have taken effect all the same[\s\S]*NO_ANSWER/)
      assert.equal(trusted(listener).length, 1)
    }
  })

  test('Ctrl-C ends a command at once while it waits for the proof', async () => {
    for (const argv of [
      ['events', '--follow'],
      ['status', '--watch'],
      ['inspect', '--json'],
    ]) {
      let interruptedAt = 0
      const { home } = await recorder(['stay silent'], () => {
        interruptedAt ||= performance.now()
        process.emit('SIGINT')
      })
      assert.equal((await f2f(argv, { home })).code, 0)
      assertWithin(performance.now() - interruptedAt, 1_000, argv.join(' '))
    }
  })

  test('a program that answers without a proof is another program, whatever it says', async () => {
    const answers: [type: string, body: string, status: number][] = [
      ['text/html', '<html>It works!</html>', 200],
      ['application/json', '{"status":"ok"}', 200],
      ['application/problem+json', '{"code":"NOT_FOUND","title":"No."}', 404],
    ]
    for (const [type, body, status] of answers) {
      const listener = await httpListener((_, response) => {
        response.writeHead(status, { 'content-type': type }).end(body)
      })
      const ran = await f2f(['pause'], { home: listener.home })
      assert.match(ran.stderr, /^Another program listens on the recorder’s port\.\n/)
      assert.match(ran.stderr, /The token was not sent to it\.\n-> Start the recorder/)
      assert.equal(listener.requests.length, 1, 'a clear answer needs no second attempt')
      assert.deepEqual(trusted(listener), [])
    }
    const banner = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
    const { home } = await announce(banner)
    assert.equal((await f2f(['pause', '--json'], { home })).json().code, 'NOT_THE_RECORDER')
  })

  test.unless(noSockets, 'another program is also found behind a socket left behind', async () => {
    const { home, daemon } = await httpListener((_, response) => response.end('<html>'))
    const socket = apiSocketPath(home.folder) as string
    const leave = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', leave])
    await writeDaemonFile(home, { ...daemon, socket })
    assert.equal((await f2f(['pause', '--json'], { home })).json().code, 'NOT_THE_RECORDER')
  })

  test.unless(noSockets, 'the port is used when the backlog of the socket is full', async () => {
    const listener = await recorder(['prove'])
    const socket = apiSocketPath(listener.home.folder) as string
    // A recorder that is stopped accepts nothing.
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen({ path: ${JSON.stringify(socket)}, backlog: 1 }, () => {
        require('fs').writeSync(1, 'ready')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      })`,
    ])
    children.push(child)
    await once(child.stdout, 'data')
    assert.equal(await fillBacklog(socket), 'EAGAIN')
    assert.equal((await ask({ ...listener.daemon, socket })).statusCode, 200)
    assert.deepEqual(trusted(listener), ['/v1/recordings/current/pause'])
  })

  test.unless(notRoot, 'the port is used when the socket may not be opened', async () => {
    const listener = await recorder(['prove'])
    const socket = await socketFor(() => {})
    process.seteuid?.(NOBODY)
    try {
      assert.equal((await ask({ ...listener.daemon, socket })).statusCode, 200)
    } finally {
      process.seteuid?.(0)
    }
    assert.deepEqual(trusted(listener), ['/v1/recordings/current/pause'])
  })

  test.unless(notRoot, 'a socket of another user is not used', async () => {
    const listener = await recorder(['prove'])
    let connections = 0
    const socket = await socketFor(() => connections++)
    await chown(socket, NOBODY, NOBODY)
    assert.equal((await ask({ ...listener.daemon, socket })).statusCode, 200)
    assert.equal(connections, 0)
    assert.deepEqual(trusted(listener), ['/v1/recordings/current/pause'])
  })

  /** Opens a socket in a folder that other users can reach. It ends each connection. */
  async function socketFor(onConnection: () => void): Promise<string> {
    const folder = await mkdtemp('/tmp/f2f-socket-')
    folders.push(folder)
    await chmod(folder, 0o755)
    const path = join(folder, 'api.sock')
    const server = createTcpServer((socket) => {
      onConnection()
      socket.destroy()
    })
    await listen(server, path)
    await chmod(path, 0o600)
    return path
  }

  /** Connects until the system refuses, and returns its code. The connections end with the test. */
  async function fillBacklog(path: string): Promise<string | undefined> {
    for (let i = 0; i < 64; i++) {
      const socket = connect(path)
      sockets.push(socket.on('error', () => {}))
      try {
        await once(socket, 'connect')
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    }
    return undefined
  }
})
