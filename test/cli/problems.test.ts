import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createApi } from '../../src/cli/api.ts'
import { readDaemonFile, writeDaemonFile } from '../../src/home.ts'
import { suite } from '../support/suite.ts'
import { recording } from './samples.ts'
import { type Canned, f2f, freshHome, problem, type Stub, startStub } from './stub.ts'

const startedAt = '2026-01-31T09:00:00.000Z'
/** Larger than any process id of the platforms. */
const NO_PROCESS = 2 ** 31 - 2

suite('problems', (test) => {
  let stub: Stub | undefined
  test.afterEach(async () => {
    await stub?.close()
    stub = undefined
  })
  const api = async (answers: Record<string, Canned>) => {
    stub = await startStub(answers)
    return stub
  }

  test('a refusal is shown as title, detail, fields, remedy and code, and ends with 1', async () => {
    const errors = [{ pointer: '/tags/a b', detail: 'This is not a key.' }]
    const { home } = await api({
      'POST /v1/recordings/current/tags': problem(400, 'INVALID_REQUEST', {
        errors,
        remedy: 'Correct it.',
      }),
    })
    const ran = await f2f(['tag', 'a b=1'], { home })
    assert.equal(ran.code, 1)
    assert.equal(ran.stdout, '')
    assert.equal(
      ran.stderr,
      'Title of INVALID_REQUEST.\nDetail of INVALID_REQUEST.\n  /tags/a b: This is not a key.\n-> Correct it.\n(INVALID_REQUEST)\n',
    )
  })

  test('a conflict says who holds control and what may be done, in words of the command line', async () => {
    const holder = { side: 'ui', client: 'ui', since: '2026-01-31T09:00:30.000Z' }
    const { home } = await api({
      'POST /v1/recordings/current/stop': problem(409, 'CONTROL_HELD_BY_UI', {
        holder,
        allowedCommands: ['tag'],
      }),
      'POST /v1/recordings': problem(409, 'ALREADY_RECORDING', {
        allowedCommands: [],
        remedy: 'POST /v1/…',
      }),
    })
    assert.match(
      (await f2f(['stop'], { home })).stderr,
      /held by ui\/ui since .*:30\.\nAllowed now: tag\.\n/,
    )
    const { stderr } = await f2f(['start'], { home })
    assert.match(stderr, /-> Stop it first with `f2f stop`/)
    assert.doesNotMatch(stderr, /POST/)
  })

  test('with --json the problem document is the one thing on stdout', async () => {
    const { home } = await api({
      'POST /v1/recordings': problem(409, 'CONTROL_HELD_BY_UI', { state: 'Active' }),
    })
    const ran = await f2f(['start', '--json'], { home })
    assert.equal(ran.code, 1)
    assert.deepEqual(ran.json(), problem(409, 'CONTROL_HELD_BY_UI', { state: 'Active' }).body)
    assert.equal(ran.stderr, '')
  })

  test('with --json an answer is printed as the API gave it', async () => {
    const { home } = await api({
      'POST /v1/recordings/current/stop': { body: { ...recording(), later: 'addition' } },
    })
    assert.deepEqual((await f2f(['stop', '--json'], { home })).json(), {
      ...recording(),
      later: 'addition',
    })
  })

  test('colours only on a terminal, and not against NO_COLOR or on a dumb one', async () => {
    const { home } = await api({ 'POST /v1/recordings/current/stop': { body: recording() } })
    const stdout = async (options: object) => (await f2f(['stop'], { home, ...options })).stdout
    assert.ok((await stdout({ terminal: true })).includes('\u001b[32mActive'))
    for (const plain of [
      {},
      { terminal: true, env: { NO_COLOR: '1' } },
      { terminal: true, env: { TERM: 'dumb' } },
    ])
      assert.ok(!(await stdout(plain)).includes('\u001b'), JSON.stringify(plain))
  })

  test('with no recorder running it is said how to start one', async () => {
    const home = await freshHome()
    for (const argv of [['status'], ['start'], ['token', 'list'], ['ui']]) {
      const ran = await f2f(argv, { home })
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /No recorder is running[\s\S]*f2f serve[\s\S]*NO_DAEMON/)
      assert.ok(ran.stderr.includes(home.folder))
    }
    assert.equal((await f2f(['status', '--json'], { home })).json().code, 'NO_DAEMON')
  })

  test('a recorder that was killed is told apart', async () => {
    const home = await freshHome()
    await writeDaemonFile(home, { pid: NO_PROCESS, url: 'http://127.0.0.1:1', startedAt })
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /The last one crashed or was killed\./)
  })

  test('a process id that lives again, with nobody listening, is no recorder', async () => {
    const { home, close } = await api({})
    await close()
    stub = undefined
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /No recorder is running[\s\S]*Nothing listens/)
  })

  test('a missing token says who must run this', async () => {
    const { home, asked } = await api({})
    await rm(home.tokenFile)
    const ran = await f2f(['status', '--json'], { home })
    assert.equal(ran.json().code, 'NO_TOKEN')
    assert.equal(asked.length, 0)
  })

  test('a wrong token is refused without being shown', async () => {
    const { home } = await api({})
    await writeFile(home.tokenFile, 'another-token')
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /UNAUTHENTICATED/)
    assert.doesNotMatch(ran.stderr, /another-token/)
  })

  test('a stranger on the port, or one that hangs up, is no success', async () => {
    const { home } = await api({
      'GET /v1/devices': { raw: '<html>' },
      'GET /v1/tokens': { status: 500, body: {} },
    })
    assert.equal((await f2f(['devices', '--json'], { home })).json().code, 'NO_ANSWER')
    assert.equal((await f2f(['token', 'list', '--json'], { home })).json().status, 500)

    const rude = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = rude.address() as { port: number }
      await writeDaemonFile(home, { pid: process.pid, url: `http://127.0.0.1:${port}`, startedAt })
      const ran = await f2f(['stop'], { home })
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /may have taken effect all the same[\s\S]*NO_ANSWER/)
    } finally {
      rude.close()
    }
  })

  test('the token goes to the loopback address only', async () => {
    const { home, asked } = await api({})
    const found = await readDaemonFile(home)
    const port = found.state === 'running' ? new URL(found.daemon.url).port : ''
    for (const url of [
      `http://localhost:${port}`,
      `http://127.0.0.1:1@127.0.0.1:${port}`,
      `http://[::1]:${port}`,
    ]) {
      await writeFile(home.daemonFile, JSON.stringify({ pid: process.pid, url, startedAt }))
      assert.equal((await f2f(['status', '--json'], { home })).json().code, 'NO_DAEMON')
    }
    assert.equal(asked.length, 0)
  })

  test('an answer that takes over a second is announced, once', async () => {
    let release = () => {}
    const hold = new Promise<void>((resolve) => {
      release = resolve
    })
    const { home } = await api({ 'POST /v1/recordings': { status: 201, body: recording(), hold } })
    const told: string[] = []
    await createApi(home, () => {
      told.push('waiting')
      release()
      return () => told.push('done')
    }).post('/recordings')
    assert.deepEqual(told, ['waiting', 'done'])
  })
})
