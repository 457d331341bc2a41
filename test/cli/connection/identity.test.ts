import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { identityProof } from '../../../src/contract/identity-proof.ts'
import { apiSocketPath } from '../../../src/home/api-socket.ts'
import { readDaemonFile, writeDaemonFile } from '../../../src/home/daemon-file.ts'
import type { Home } from '../../../src/home/home.ts'
import { suite } from '../../support/suite.ts'
import { f2f, freshHome, type Stub, startStub, TOKEN } from '../support/stub.ts'

const startedAt = '2026-01-31T09:00:00.000Z'
const APPLICATION = { 'GET /v1/devices': { body: { mic: { available: false, devices: [] } } } }
const noSockets = process.platform === 'win32' ? 'Windows has no Unix sockets' : null
const notRoot = process.getuid?.() === 0 ? null : 'becoming another user needs root'

suite('the home token is sent only to the daemon of the home', (test) => {
  const servers: Server[] = []
  const removed: string[] = []
  let stub: Stub
  test.beforeEach(async () => {
    stub = await startStub(APPLICATION)
  })
  test.afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
    await stub.close()
    for (const folder of removed.splice(0)) await rm(folder, { recursive: true })
  })

  const code = async (home: Home): Promise<string | undefined> =>
    (await f2f(['devices', '--json'], { home })).json().code

  /** Listens on a free port, or on a Unix socket. */
  async function listen(listener: RequestListener, path?: string): Promise<number> {
    const server = createServer(listener)
    servers.push(server)
    if (path === undefined) server.listen(0, '127.0.0.1')
    else server.listen(path)
    await once(server, 'listening')
    return path === undefined ? (server.address() as AddressInfo).port : 0
  }

  /** A stranger that holds the port of a daemon that has crashed. */
  async function strangerAt(
    home: Home,
    answer: RequestListener,
  ): Promise<IncomingMessage['headers'][]> {
    const received: IncomingMessage['headers'][] = []
    const port = await listen((incoming, response) => {
      received.push(incoming.headers)
      answer(incoming, response)
    })
    await writeDaemonFile(home, { pid: process.pid, url: `http://127.0.0.1:${port}`, startedAt })
    return received
  }

  test('not to a stranger on its port', async () => {
    const received = await strangerAt(stub.home, (_, response) => {
      response.end('{"status":"ok"}')
    })
    assert.equal(await code(stub.home), 'NOT_THE_RECORDER')
    assert.equal(received.length, 1)
    assert.equal(received[0]?.authorization, undefined)
  })

  test('not to a stranger that passes the challenge on to the daemon at another port', async () => {
    const truePort = new URL(`${await urlOf(stub.home)}`).port
    const received = await strangerAt(stub.home, ({ headers, url }, response) => {
      const target = `http://127.0.0.1:${truePort}${url}`
      request(
        target,
        { headers: { 'f2f-challenge': String(headers['f2f-challenge']) } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers)
          answer.pipe(response)
        },
      ).end()
    })
    assert.equal(await code(stub.home), 'NOT_THE_RECORDER')
    assert.deepEqual(
      received.map(({ authorization }) => authorization),
      [undefined],
    )
  })

  test('not to a stranger that repeats an earlier proof of its port', async () => {
    const received = await strangerAt(stub.home, ({ socket }, response) => {
      const proof = identityProof(TOKEN, socket.localPort as number, 'a'.repeat(43))
      response.setHeader('F2F-Proof', proof).end('{"status":"ok"}')
    })
    assert.equal(await code(stub.home), 'NOT_THE_RECORDER')
    assert.equal(received[0]?.authorization, undefined)
  })

  test('not when the process id belongs to another process now', async () => {
    const home = stub.home
    const daemon = { pid: process.pid, url: await urlOf(home), startedAt }
    const processStart = 'another-boot/1'
    await writeFile(home.daemonFile, JSON.stringify({ ...daemon, processStart }))
    assert.equal(await code(home), 'NO_DAEMON')
    assert.equal(stub.requests.length, 0)
  })

  test.unless(notRoot, 'not when the process belongs to another user', async () => {
    // The other user must reach the file, so it cannot lie below this test's private folder.
    const folder = await mkdtemp('/tmp/f2f-other-')
    removed.push(folder)
    await chmod(folder, 0o755)
    const file = join(folder, 'daemon.json')
    const url = 'http://127.0.0.1:1'
    await writeFile(file, JSON.stringify({ pid: process.pid, url, startedAt }), { mode: 0o644 })
    const module = new URL('../../../src/home/daemon-file.ts', import.meta.url).href
    const script = `const { readDaemonFile } = await import(${JSON.stringify(module)})
      process.setuid(65534)
      console.log((await readDaemonFile({ daemonFile: ${JSON.stringify(file)} })).state)`
    const args = ['--import', 'tsx', '--input-type=module', '-e', script]
    assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim(), 'stale')
  })

  test.unless(noSockets, 'by its Unix socket, which needs no proof', async () => {
    const { home } = stub
    const path = apiSocketPath(home.folder) as string
    const hosts: (string | undefined)[] = []
    await listen(({ headers }, response) => {
      hosts.push(headers.host)
      response.end(JSON.stringify({ mic: { available: false, devices: [] } }))
    }, path)
    const url = 'http://127.0.0.1:1'
    await writeDaemonFile(home, { pid: process.pid, url, startedAt, socket: path })
    assert.equal((await f2f(['devices', '--json'], { home })).code, 0)
    assert.deepEqual(hosts, ['127.0.0.1:1'])
  })

  test.unless(notRoot, 'not by a Unix socket that another user has put there', async () => {
    const { home } = stub
    const path = apiSocketPath(home.folder) as string
    let asked = 0
    await listen((_, response) => {
      asked++
      response.end('{}')
    }, path)
    await chown(path, 65534, 65534)
    const url = await urlOf(home)
    await writeDaemonFile(home, { pid: process.pid, url, startedAt, socket: path })
    assert.equal((await f2f(['devices', '--json'], { home })).code, 0)
    assert.equal(asked, 0)
    assert.equal(stub.requests.length, 1)
  })

  test.unless(noSockets, 'by its port, when nobody listens on the socket any more', async () => {
    const { home } = stub
    const path = apiSocketPath(home.folder) as string
    // A process that is killed leaves its socket behind.
    const leave = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', leave])
    assert.ok((await lstat(path)).isSocket())
    await writeDaemonFile(home, {
      pid: process.pid,
      url: await urlOf(home),
      startedAt,
      socket: path,
    })
    assert.equal((await f2f(['devices', '--json'], { home })).code, 0)
    assert.equal(stub.requests.length, 1)
  })
})

suite('daemon.json', (test) => {
  test('is swept of what daemons that were killed have left beside it', async () => {
    const home = await freshHome()
    await writeFile(`${home.daemonFile}.4711.tmp`, '{')
    await writeDaemonFile(home, { pid: process.pid, url: 'http://127.0.0.1:1', startedAt })
    assert.deepEqual(
      (await readdir(home.folder)).filter((name) => name.startsWith('daemon.json')),
      ['daemon.json'],
    )
  })
})

async function urlOf(home: Home): Promise<string> {
  const found = await readDaemonFile(home)
  assert.ok(found.state === 'running')
  return found.daemon.url
}
