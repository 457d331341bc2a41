import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Splitter } from '../../src/media/splitter.ts'
import { readCookie, serverAddresses } from '../../src/pulse/address.ts'
import { PulseConnection, type PulseEvents } from '../../src/pulse/connection.ts'
import { listDevices, serverInfo } from '../../src/pulse/introspection.ts'
import { controlPacket, readPacket, soundPacket } from '../../src/pulse/packets.ts'
import { COMMAND, NO_ENTITY, PROTOCOL_VERSION } from '../../src/pulse/protocol.ts'
import type { PulseError } from '../../src/pulse/pulse-error.ts'
import { TagReader, text, u32 } from '../../src/pulse/tagstruct.ts'
import { holdThread } from '../support/hold-thread.ts'
import { eventually, suite } from '../support/suite.ts'

const ANSWER_MS = 200
const noUnix = process.platform === 'win32' ? 'Windows has no sockets in folders' : null

suite('a connection to a sound server', (test) => {
  let folder: string
  let server: Server
  const sockets = new Set<Socket>()
  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'f2f-pulse-'))
  })
  test.afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined))
    rmSync(folder, { recursive: true, force: true })
  })

  /** A server that answers each request with what `answer` returns for its command and tag. */
  async function serve(
    answer: (command: number, tag: number, socket: Socket) => Buffer | undefined,
  ): Promise<NodeJS.ProcessEnv> {
    const path = join(folder, 'native')
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      const packets = new Splitter(readPacket)
      socket.on('data', (bytes) => {
        for (const { content } of packets.push(bytes)) {
          const args = new TagReader(content)
          const answered = answer(args.u32(), args.u32(), socket)
          if (answered) socket.write(answered)
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    return { PULSE_SERVER: `unix:${path}` }
  }

  const reply = (tag: number, ...values: Buffer[]): Buffer =>
    controlPacket([u32(COMMAND.reply), u32(tag), ...values])
  /** Lets a client in, and leaves the other requests to `then`. */
  const lettingIn =
    (then: (command: number, tag: number, socket: Socket) => Buffer | undefined) =>
    (command: number, tag: number, socket: Socket): Buffer | undefined => {
      if (command === COMMAND.auth) return reply(tag, u32(PROTOCOL_VERSION))
      if (command === COMMAND.setClientName) return reply(tag, u32(1))
      return then(command, tag, socket)
    }
  const open = (env: NodeJS.ProcessEnv, events?: PulseEvents): Promise<PulseConnection> =>
    PulseConnection.open(
      { env, properties: { 'application.name': 'test' }, answerMs: ANSWER_MS },
      events,
    )

  test.unless(noUnix, 'says why it cannot be opened', async () => {
    const kindOf = (opening: Promise<unknown>) =>
      opening.then(
        () => 'opened',
        ({ kind, message }: PulseError) => `${kind}: ${message}`,
      )
    const nowhere = { PULSE_SERVER: `unix:${join(folder, 'nowhere')}` }
    assert.match(await kindOf(open(nowhere)), /^absent: No sound server answers/)
    assert.match(await kindOf(open(await serve(() => undefined))), /^silent/)
    server.close()
    const refusing = await serve((_, tag) => controlPacket([u32(COMMAND.error), u32(tag), u32(1)]))
    assert.match(await kindOf(open(refusing)), /^refused: .*Access denied/)
    server.close()
    assert.match(
      await kindOf(open(await serve((_, tag) => reply(tag, u32(13))))),
      /^refused: .*old/,
    )
    server.close()
    const ending = await serve((_command, _tag, socket) => {
      socket.destroy()
      return undefined
    })
    assert.match(await kindOf(open(ending)), /^absent/)
    server.close()
    const web = await serve((_command, _tag, socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
      return undefined
    })
    assert.match(await kindOf(open(web)), /^refused: .*not of its protocol/)
  })

  test.unless(noUnix, 'ends at once when it is no longer wanted', async () => {
    const env = await serve(() => undefined)
    const over = new AbortController()
    const opening = PulseConnection.open({ env, properties: {}, signal: over.signal })
    const since = performance.now()
    over.abort()
    await assert.rejects(opening)
    assert.ok(performance.now() - since < 1_000)
    await eventually('it is closed', () => sockets.size === 0)
  })

  test.unless(noUnix, 'tells errors of requests, and ends when an answer is late', async () => {
    const env = await serve(
      lettingIn((command, tag) =>
        command === COMMAND.getServerInfo
          ? controlPacket([u32(COMMAND.error), u32(tag), u32(NO_ENTITY)])
          : undefined,
      ),
    )
    const connection = await open(env)
    await assert.rejects(serverInfo(connection), { code: NO_ENTITY })
    await assert.rejects(listDevices(connection, 'source'), { kind: 'silent' })
    assert.equal((await connection.closed).kind, 'silent')
    await assert.rejects(serverInfo(connection), { kind: 'silent' })
  })

  test.unless(noUnix, 'does not count the time in which this process was held', async () => {
    const env = await serve(
      lettingIn((_, tag, socket) => {
        socket.write(reply(tag))
        holdThread(2 * ANSWER_MS)
        return undefined
      }),
    )
    const connection = await open(env)
    await connection.request(COMMAND.subscribe, [], () => {})
    connection.close()
  })

  test.unless(noUnix, 'ends when an answer or a message cannot be read', async () => {
    const env = await serve(
      lettingIn((command, tag) =>
        command === COMMAND.getServerInfo
          ? reply(tag, u32(1))
          : Buffer.concat([controlPacket([text('x')]), reply(tag)]),
      ),
    )
    const first = await open(env)
    await assert.rejects(serverInfo(first), { kind: 'refused' })
    assert.equal((await first.closed).kind, 'refused')
    const second = await open(env)
    await assert.rejects(listDevices(second, 'sink'), { kind: 'refused' })
  })

  test.unless(
    noUnix,
    'delivers sound and messages in their order, also in the last moment',
    async () => {
      const [one, two] = [soundPacket(0, Buffer.alloc(4, 1)), soundPacket(0, Buffer.alloc(4, 2))]
      const killed = controlPacket([u32(COMMAND.recordStreamKilled), u32(0xffff_ffff), u32(0)])
      const env = await serve(
        lettingIn((_, tag) => Buffer.concat([one, reply(tag), one, two, killed, two])),
      )
      const came: unknown[] = []
      const connection = await open(env, {
        sound: (pcm) => came.push(pcm.toString('hex')),
        message: (command) => came.push(command),
      })
      await connection.request(COMMAND.subscribe, [], () => came.push('reply'))
      await eventually('all has come', () => came.length === 5)
      assert.deepEqual(came, [
        ...['01010101', 'reply', '0101010102020202', COMMAND.recordStreamKilled, '02020202'],
      ])
      connection.pace()
      // What the server has sent is read before the end, however seldom it is read.
      for (const socket of sockets) await new Promise((resolve) => socket.write(one, resolve))
      await connection.finish(() => true)
      assert.equal(came.at(-1), '01010101')
      assert.equal((await connection.closed).kind, 'absent')
    },
  )

  test.unless(noUnix, 'keeps the sound of packets that come in pieces', async () => {
    const blocks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(480, index + 1))
    const bytes = Buffer.concat(blocks.map((block) => soundPacket(0, block)))
    const env = await serve(lettingIn((_, tag) => reply(tag)))
    const came: Buffer[] = []
    let length = 0
    const connection = await open(env, {
      sound: (pcm) => {
        came.push(pcm)
        length += pcm.length
      },
    })
    await connection.request(COMMAND.subscribe, [], () => {})
    const [socket] = sockets
    // Each piece ends within a packet, and the next one is sent when it has been read.
    for (let at = 0; at < bytes.length; at += 730) {
      const whole = Math.floor(Math.min(at + 730, bytes.length) / 500)
      socket!.write(bytes.subarray(at, at + 730))
      await eventually('it is read', () => length === whole * 480)
    }
    assert.deepEqual(Buffer.concat(came), Buffer.concat(blocks))
    connection.close()
  })

  test('finds server and cookie as libpulse does', async () => {
    const addresses = (env: NodeJS.ProcessEnv) => serverAddresses(env)
    assert.deepEqual(addresses({ PULSE_SERVER: '{abc}unix:/a tcp:host:99 tcp6:[::1] /b' }), [
      { path: '/a' },
      { host: 'host', port: 99, family: 0 },
      { host: '::1', port: 4_713, family: 6 },
      { path: '/b' },
    ])
    assert.deepEqual(addresses({ PULSE_RUNTIME_PATH: '/p', XDG_RUNTIME_DIR: '/x' })[0], {
      path: join('/p', 'native'),
    })
    assert.deepEqual(addresses({ XDG_RUNTIME_DIR: '/x' })[0], {
      path: join('/x', 'pulse', 'native'),
    })
    assert.deepEqual(await readCookie({ HOME: folder }), Buffer.alloc(256))
    writeFileSync(join(folder, '.pulse-cookie'), Buffer.alloc(256, 5))
    assert.deepEqual(await readCookie({ HOME: folder }), Buffer.alloc(256, 5))
  })
})
