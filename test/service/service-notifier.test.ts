import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { checkLog, startDaemon as startInProcess } from '../../src/daemon.ts'
import { findProgram } from '../../src/processes/find-program.ts'
import { ServiceNotifier } from '../../src/service/service-notifier.ts'
import { startDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

/** Stands for systemd: prints every datagram that it receives, on one line. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`

const missing = ['python3', 'systemd-notify'].filter(
  (program) => findProgram(program, process.env) === null,
)
const problem = missing.length === 0 ? null : `there is no ${missing.join(' and no ')}`

suite('notifying systemd', (test) => {
  let receiver: ChildProcess
  let socket: string
  let lines: string[]
  test.beforeEach(async () => {
    if (problem !== null) return
    socket = join(await mkdtemp(join(tmpdir(), 'f2f-notify-')), 'socket')
    lines = []
    receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    receiver.stdout?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line !== '' && line !== 'BARRIER=1'))
    })
    await eventually('the socket is bound', () => lines.shift() === 'bound')
  })
  test.afterEach(() => {
    receiver?.kill()
  })
  const signs = () => lines.filter((line) => line === 'WATCHDOG=1').length

  test.unless(
    problem,
    'the daemon reports that it is ready and lives, and ends properly',
    async () => {
      const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '900000' }
      const daemon = await startDaemon({ env })
      try {
        await eventually('two signs of life', () => signs() >= 2, 20_000)
        assert.equal(lines[0], `READY=1 STATUS=Listening on ${daemon.url}`)
        assert.equal(await daemon.stop(), 0, daemon.stderr())
      } finally {
        await daemon.stop()
      }
    },
  )

  test.unless(
    problem,
    'a report that is lost is repeated: systemd would end the start',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'f2f-notify-'))
      // Fails at its first call, like one that is killed on a busy computer.
      const real = findProgram('systemd-notify', process.env)
      const script = `#!/bin/sh\nmkdir '${folder}/called' 2>/dev/null && exit 1\nexec '${real}' "$@"\n`
      await writeFile(join(folder, 'systemd-notify'), script, { mode: 0o700 })
      const path = `${folder}:${process.env.PATH}`
      const env = { ...process.env, PATH: path, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' }
      const logger = { warn() {}, error() {} }
      const notifier = ServiceNotifier.fromEnvironment(env, logger)!
      try {
        await notifier.ready('x', async () => {})
        await eventually('a sign of life', () => signs() > 0)
        assert.equal(lines.filter((line) => line === 'READY=1 STATUS=x').length, 1)
      } finally {
        notifier.close()
      }
    },
  )

  test.unless(
    problem,
    'a log that hangs or fails gives no sign of life until it answers',
    async () => {
      const errors: string[] = []
      const logger = {
        warn: (_: object, message: string) => errors.push(message),
        error: (_: object, message: string) => errors.push(message),
      }
      const env: NodeJS.ProcessEnv = {
        ...process.env,
        NOTIFY_SOCKET: socket,
        WATCHDOG_USEC: '300000',
      }
      const notifier = ServiceNotifier.fromEnvironment(env, logger)!
      assert.deepEqual([env.NOTIFY_SOCKET, env.WATCHDOG_USEC], [undefined, undefined])
      let check = () => Promise.resolve()
      let release = () => {}
      await notifier.ready('x', () => check())
      try {
        await eventually('a sign of life', () => signs() > 0)
        const hanging = new Promise<void>((resolve) => {
          release = resolve
        })
        check = () => hanging
        await eventually('the hanging log is noticed', () => errors.length > 0)
        const before = signs()
        await eventually('it is noticed again', () => errors.length > 3)
        assert.equal(signs(), before)
        check = () => Promise.reject(new Error('unreadable'))
        release()
        await eventually('the failing log is noticed', () =>
          errors.at(-1)?.includes('cannot be read'),
        )
        const count = signs()
        check = () => Promise.resolve()
        await eventually('a new sign of life', () => signs() > count)
        notifier.stopping()
        await eventually('the end is announced', () => lines.at(-1) === 'STOPPING=1')
      } finally {
        notifier.close()
      }
    },
  )

  test('without systemd, or with a limit for another process, nothing is sent', async () => {
    const logger = pino({ level: 'silent' })
    assert.equal(ServiceNotifier.fromEnvironment({}, logger), undefined)
    assert.equal(ServiceNotifier.fromEnvironment({ NOTIFY_SOCKET: '' }, logger), undefined)
  })

  test('the check of the daemon really asks its log', async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    const logger = pino({ level: 'silent' })
    const daemon = await startInProcess({ home, port: 0, source: 'synthetic' }, logger)
    await daemon.checkLog().finally(() => daemon.stop())
    const broken = { position: 7, events: () => Promise.reject(new Error('unreadable')) }
    await assert.rejects(checkLog({ ...broken, status: 'verified' }), /unreadable/)
    // The recorder opens it again, which a restart must not interrupt.
    await checkLog({ ...broken, status: 'readOnly' })
  })
})
